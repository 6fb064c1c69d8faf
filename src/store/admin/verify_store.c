#include "store/admin/verify_store.h"

#include "base/buf.h"
#include "shop/order_state.h"
#include "store/sql.h"

#define MEMORY_B ((size_t)4 << 20)

static const struct verify_check checks[] = {
    {"order_total", "for every order, lines + shipping - discount (+ tax, unless prices include it) = total",
	SQL_VERIFY_ORDER_TOTAL, false, false},
    {"order_lines", "every order has lines that add up to the sum it records", SQL_VERIFY_ORDER_LINES, false, false},
    {"order_line", "a line's amount is quantity x unit price; its stock was taken in full or not at all",
	SQL_VERIFY_ORDER_LINE, false, false},
    {"order_tax", "an order's taxes add up to the tax it records; taxes plus taxed amounts make its total",
	SQL_VERIFY_ORDER_TAX, false, false},
    {"order_once", "no two orders share an order key or a number", SQL_VERIFY_ORDER_ONCE, false, false},
    {"order_address", "every order has an address", SQL_VERIFY_ORDER_ADDRESS, false, false},
    {"cart_ordered", "no cart that became an order is still open", SQL_VERIFY_CART_ORDERED, false, false},
    {"order_state", "every order is in the states that its last events lead to", SQL_VERIFY_ORDER_STATE, false, false},
    {"order_events", "every event starts in the state that the previous event led to, and the state table allows it",
	SQL_VERIFY_ORDER_EVENTS, true, false},
    {"order_waits", "no order still awaits payment more than an hour after its time to pay ended",
	SQL_VERIFY_ORDER_WAITS, false, true},
    {"ledger_entry", "debits = credits in every entry of the ledger", SQL_VERIFY_LEDGER_ENTRY, false, false},
    {"ledger_all", "debits = credits in the ledger as a whole", SQL_VERIFY_LEDGER_ALL, false, false},
    {"ledger_sale", "every order has one sale in the ledger, of its total, and one reversal if cancelled or expired",
	SQL_VERIFY_LEDGER_SALE, false, false},
    {"ledger_cash", "an order's payments minus its refunds agree with its payment state", SQL_VERIFY_LEDGER_CASH, false,
	false},
    {"stock_sum", "for every variant, stock on hand = sum of its stock movements", SQL_VERIFY_STOCK_SUM, false, false},
    {"stock_oversold", "no stock is below 0 unless the variant may be oversold", SQL_VERIFY_STOCK_OVERSOLD, false,
	false},
    {"stock_order", "stock taken for an order was booked out once, and booked back once if it was cancelled or expired",
	SQL_VERIFY_STOCK_ORDER, false, false},
    {"outbox", "no entry of the outbox failed for good, and no cache delete has been pending for more than an hour",
	SQL_VERIFY_OUTBOX, false, true},
    {"orphans", "no row refers to a row that does not exist, and every variant has a stock row", SQL_VERIFY_ORPHANS,
	false, false},
    {"catalogue", "only active products, and all of them, are listed, at their prices; category counts are right",
	SQL_VERIFY_CATALOGUE, false, false},
};

const struct verify_check *
verify_checks(size_t *n)
{
	*n = ARRAY_LEN(checks);
	return checks;
}

/* The state tables as JSON: a statement checks the orders' events against them. */
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
