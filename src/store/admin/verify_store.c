#include "store/admin/verify_store.h"

#include "base/buf.h"
#include "shop/order_state.h"
#include "store/sql.h"

#define MEMORY_B ((size_t)4 << 20)

static const struct verify_check checks[] = {
    {"order_total", "lines + shipping - discount + tax that is not included = total, for every order",
	SQL_VERIFY_ORDER_TOTAL, false, false},
    {"order_lines", "an order's lines add up to what it says, and it has some", SQL_VERIFY_ORDER_LINES, false, false},
    {"order_line", "a line is quantity x unit price; its stock was taken whole or not at all", SQL_VERIFY_ORDER_LINE,
	false, false},
    {"order_tax", "an order's taxes add up to what it says, and with what they are on to the total",
	SQL_VERIFY_ORDER_TAX, false, false},
    {"order_once", "every order key and number is there once", SQL_VERIFY_ORDER_ONCE, false, false},
    {"order_address", "every order has an address", SQL_VERIFY_ORDER_ADDRESS, false, false},
    {"cart_ordered", "a cart that became an order takes no more goods", SQL_VERIFY_CART_ORDERED, false, false},
    {"order_state", "every order is where its last events led to", SQL_VERIFY_ORDER_STATE, false, false},
    {"order_events", "every event begins where the one before ended, and is one that the table of states allows",
	SQL_VERIFY_ORDER_EVENTS, true, false},
    {"order_waits", "no order waits for its money longer than it may", SQL_VERIFY_ORDER_WAITS, false, true},
    {"ledger_entry", "debits = credits in every entry of the ledger", SQL_VERIFY_LEDGER_ENTRY, false, false},
    {"ledger_all", "debits = credits in the ledger as a whole", SQL_VERIFY_LEDGER_ALL, false, false},
    {"ledger_sale", "every order is in the ledger once with its total, and taken back once when it has ended",
	SQL_VERIFY_LEDGER_SALE, false, false},
    {"ledger_cash", "payments - refunds of an order are what its payment state says", SQL_VERIFY_LEDGER_CASH, false,
	false},
    {"stock_sum", "stock on hand = sum of its movements, for every variant", SQL_VERIFY_STOCK_SUM, false, false},
    {"stock_oversold", "no stock is below 0 unless the variant may be sold over", SQL_VERIFY_STOCK_OVERSOLD, false,
	false},
    {"stock_order", "what an order took left the stock once, and came back once when the order ended",
	SQL_VERIFY_STOCK_ORDER, false, false},
    {"outbox", "nothing was given up, and no cache delete is older than an hour", SQL_VERIFY_OUTBOX, false, true},
    {"orphans", "no row stands without the row it belongs to", SQL_VERIFY_ORPHANS, false, false},
    {"catalogue", "lists hold the active products with their prices, and categories count them", SQL_VERIFY_CATALOGUE,
	false, false},
};

const struct verify_check *
verify_checks(size_t *n)
{
	*n = ARRAY_LEN(checks);
	return checks;
}

/* The state tables as JSON, for the statement that checks the journal against them. */
static struct str
rules_json(struct arena *a)
{
	static const struct {
		int machine, from, event, to;
	} rules[] = {
#define ORDER_RULE(machine, from, event, to, guard)                                                                    \
	{ORDER_MACHINE_##machine, ORDER_##machine##_##from, ORDER_EV_##event, ORDER_##machine##_##to},
#include "shop/order_state.def"
	};
	struct buf b;

	buf_init(&b, a, (size_t)64 << 10);
	buf_ch(&b, '[');
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		buf_fmt(&b, "%s[%d,%d,%d,%d]", i == 0 ? "" : ",", rules[i].machine, rules[i].from, rules[i].event,
		    rules[i].to);
	buf_ch(&b, ']');
	return buf_str(&b);
}

static struct str
text(struct db_rows *rows)
{
	return c_is_null(rows) ? STR_NONE : c_str(rows);
}

static bool
make_check(struct db *db, struct arena *a, int64_t now_s, struct verify_result *r, struct err *e)
{
	struct db_query *q = db_query(db, r->check->sql);
	uint64_t began_ns = clock_mono_ns();
	struct verify_breach *breach;
	struct db_rows rows;

	if (r->check->takes_rules)
		q_str(q, rules_json(a));
	if (r->check->takes_now)
		q_i64(q, now_s);
	q_u64(q, VERIFY_NAMED_MAX + 1);
	if (!db_select(q, a, &rows, e))
		return err_context(e, "check %s", r->check->name);
	breach = ARENA_ARRAY(a, struct verify_breach, rows.n);
	r->breach = breach;
	while (r->n < VERIFY_NAMED_MAX && db_next(&rows)) {
		breach[r->n].what = text(&rows);
		breach[r->n++].why = text(&rows);
	}
	r->more = rows.n > r->n;
	r->ms = (clock_mono_ns() - began_ns) / CLOCK_MS;
	return true;
}

bool
verify_run(struct db *db, int64_t now_s, verify_report_fn *report, void *arg, size_t *n_broken, struct err *e)
{
	struct arena a;
	bool ok = db_snapshot(db, e);

	*n_broken = 0;
	arena_init(&a, MEMORY_B);
	for (size_t i = 0; ok && i < ARRAY_LEN(checks); i++) {
		struct verify_result r = {.check = &checks[i]};

		arena_reset(&a);
		ok = make_check(db, &a, now_s, &r, e);
		if (!ok)
			break;
		*n_broken += r.n > 0;
		report(arg, &r);
	}
	arena_fini(&a);
	db_rollback(db);
	return ok;
}
