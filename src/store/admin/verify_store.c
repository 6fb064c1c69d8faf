#include "store/admin/verify_store.h"

#include "base/buf.h"
#include "shop/order_state.h"
#include "store/admin/schema.h"
#include "store/sql.h"

#define MEMORY_B ((size_t)4 << 20)

static bool find_lost_parts(struct db *, struct arena *, struct verify_result *, struct err *);

static const struct verify_check checks[] = {
    {.name = "schema", .promise = "every table, column, key and constraint that the programs rely on is there",
	.find = find_lost_parts},
    {.name = "order_total",
	.promise = "for every order, lines + shipping - discount (+ tax, unless prices include it) = total",
	.sql = SQL_VERIFY_ORDER_TOTAL},
    {.name = "order_lines",
	.promise = "every order has lines that add up to the sum it records",
	.sql = SQL_VERIFY_ORDER_LINES},
    {.name = "order_line",
	.promise = "a line's amount is quantity x unit price; its stock was taken in full or not at all",
	.sql = SQL_VERIFY_ORDER_LINE},
    {.name = "order_tax",
	.promise = "an order's taxes add up to the tax it records; taxes plus taxed amounts make its total",
	.sql = SQL_VERIFY_ORDER_TAX},
    {.name = "order_once",
	.promise = "no two orders share an order key or a number",
	.sql = SQL_VERIFY_ORDER_ONCE},
    {.name = "order_address",
	.promise = "every order has an address",
	.sql = SQL_VERIFY_ORDER_ADDRESS},
    {.name = "cart_ordered",
	.promise = "no cart that became an order is still open",
	.sql = SQL_VERIFY_CART_ORDERED},
    {.name = "order_state",
	.promise = "every order is in the states that its last events lead to",
	.sql = SQL_VERIFY_ORDER_STATE},
    {.name = "order_events",
	.promise = "every event starts in the state that the previous event led to, and the state table allows it",
	.sql = SQL_VERIFY_ORDER_EVENTS, .takes_rules = true},
    {.name = "order_actors",
	.promise = "every event names its actor: buyers place, kontor-jobs expires",
	.sql = SQL_VERIFY_ORDER_ACTORS},
    {.name = "order_number",
	.promise = "every order has its number",
	.sql = SQL_VERIFY_ORDER_NUMBER},
    {.name = "order_index",
	.promise = "the staff find every order by its country and by the words of its address",
	.sql = SQL_VERIFY_ORDER_INDEX, .takes_now = true},
    {.name = "order_waits",
	.promise = "no order still awaits payment more than an hour after its time to pay ended",
	.sql = SQL_VERIFY_ORDER_WAITS, .takes_now = true},
    {.name = "ledger_entry",
	.promise = "debits = credits in every entry of the ledger",
	.sql = SQL_VERIFY_LEDGER_ENTRY},
    {.name = "ledger_all",
	.promise = "debits = credits in the ledger as a whole",
	.sql = SQL_VERIFY_LEDGER_ALL},
    {.name = "ledger_sale",
	.promise = "every order has one sale in the ledger, of its total; reversed if cancelled or expired",
	.sql = SQL_VERIFY_LEDGER_SALE},
    {.name = "ledger_cash",
	.promise = "an order's payment state follows from what it owes, and from its payments and refunds",
	.sql = SQL_VERIFY_LEDGER_CASH},
    {.name = "payments",
	.promise = "every payment and refund in the ledger has its event, and every such event its entry",
	.sql = SQL_VERIFY_PAYMENTS},
    {.name = "money",
	.promise = "every payment and refund is in the ledger, in the order's currency; no more goes back than came in",
	.sql = SQL_VERIFY_MONEY},
    {.name = "order_cases",
	.promise = "every refund and return is in the state that its last event leads to",
	.sql = SQL_VERIFY_CASES},
    {.name = "refund_waits",
	.promise = "no refund still waits for its provider a day after it was asked for",
	.sql = SQL_VERIFY_REFUNDS, .takes_now = true},
    {.name = "document_chain",
	.promise = "invoices and credit notes are as they were issued, without a gap in their numbers, and add up",
	.sql = SQL_VERIFY_DOCUMENTS},
    {.name = "order_pieces",
	.promise = "no piece is sent, cancelled, back or refunded twice; the fulfilment state follows from the pieces",
	.sql = SQL_VERIFY_PIECES},
    {.name = "stock_sum",
	.promise = "for every variant, stock on hand = sum of its stock movements",
	.sql = SQL_VERIFY_STOCK_SUM},
    {.name = "stock_oversold",
	.promise = "no stock is below 0 unless the variant may be oversold",
	.sql = SQL_VERIFY_STOCK_OVERSOLD},
    {.name = "stock_order",
	.promise = "stock of an order is booked out once, and back once if cancelled, expired or restocked",
	.sql = SQL_VERIFY_STOCK_ORDER},
    {.name = "outbox",
	.promise = "no cache delete or event of the outbox failed for good or has waited for more than an hour, and"
		   " nothing else for more than a week",
	.sql = SQL_VERIFY_OUTBOX, .takes_now = true},
    {.name = "withdrawals",
	.promise = "every declaration of withdrawal is acknowledged within an hour, and a matched one has its order",
	.sql = SQL_VERIFY_WITHDRAWALS, .takes_now = true},
    {.name = "orphans",
	.promise = "no row refers to a row that does not exist, and every variant has a stock row",
	.sql = SQL_VERIFY_ORPHANS},
    {.name = "prices",
	.promise = "every variant sells for its price, or for that of a running sale if it is lower",
	.sql = SQL_VERIFY_PRICES},
    {.name = "sale_over",
	.promise = "lists are sorted by the prices of sales that began or ended more than an hour ago",
	.sql = SQL_VERIFY_SALE_OVER, .takes_now = true},
    {.name = "catalogue",
	.promise = "only active products, and all of them, are listed, at their prices; category counts are right",
	.sql = SQL_VERIFY_CATALOGUE},
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

/* The parts of a newer schema are not known here. */
static bool
find_lost_parts(struct db *db, struct arena *a, struct verify_result *r, struct err *e)
{
	struct schema_lost lost[VERIFY_NAMED_MAX];
	struct verify_breach *breach;
	struct schema schema;
	struct db_rows rows;
	size_t n;

	if (!db_get(db_query(db, SQL_SCHEMA_VERSION), a, &rows, e))
		return false;
	if (c_i64(&rows) != SQL_SCHEMA)
		return true;
	if (!schema_read(db, a, &schema, e))
		return false;
	n = schema_compare(a, &schema, lost, VERIFY_NAMED_MAX);
	r->more = n > VERIFY_NAMED_MAX;
	r->n = r->more ? VERIFY_NAMED_MAX : n;
	r->breach = breach = ARENA_ARRAY(a, struct verify_breach, r->n + 1);
	for (size_t i = 0; i < r->n; i++) {
		breach[i].what = lost[i].name;
		breach[i].why = str_fmt(a, "%s%s; remedy: %s", lost[i].found.n == 0 ? "is missing" : "is ",
		    lost[i].found.p, lost[i].remedy.p);
	}
	return true;
}

static bool
run_check(struct db *db, struct arena *a, int64_t now_s, struct verify_result *r, struct err *e)
{
	struct db_query *q = db_query(db, r->check->sql);
	struct verify_breach *breach;
	struct db_rows rows;

	if (r->check->takes_rules)
		q_str(q, rules_json(a));
	if (r->check->takes_now)
		q_i64(q, now_s);
	q_u64(q, VERIFY_NAMED_MAX + 1);
	if (!db_select(q, a, &rows, e))
		return false;
	breach = ARENA_ARRAY(a, struct verify_breach, rows.n);
	r->breach = breach;
	while (r->n < VERIFY_NAMED_MAX && db_next(&rows)) {
		breach[r->n].what = text(&rows);
		breach[r->n++].why = text(&rows);
	}
	r->more = rows.n > r->n;
	return true;
}

static bool
make_check(struct db *db, struct arena *a, int64_t now_s, struct verify_result *r, struct err *e)
{
	uint64_t began_ns = clock_mono_ns();
	bool ok = r->check->find != NULL ? r->check->find(db, a, r, e) : run_check(db, a, now_s, r, e);

	if (!ok)
		return err_context(e, "check %s", r->check->name);
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
