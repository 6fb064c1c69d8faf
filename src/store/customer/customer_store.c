#include "store/customer/customer_store.h"

#include "store/sql.h"

bool
customer_orders(struct db *db, struct arena *a, struct str mail, struct customer_orders *out, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CUSTOMER_ORDERS);
	struct db_rows rows;

	q_str(q, mail);
	q_str(q, mail);
	if (!db_select(q, a, &rows, e))
		return false;
	*out = (struct customer_orders){.v = ARENA_ARRAY(a, struct customer_order, rows.n + 1)};
	while (db_next(&rows)) {
		struct customer_order *o = &out->v[out->n++];

		o->id = c_u64(&rows);
		o->session_id = c_u64(&rows);
		o->number = c_str(&rows);
		for (int m = 0; m <= ORDER_MACHINE_FULFILMENT; m++)
			o->states.of[m] = (uint8_t)c_u64(&rows);
		o->currency = c_str(&rows);
		o->total_minor = c_i64(&rows);
		o->created_at = c_i64(&rows);
		o->open = c_i64(&rows) != 0;
	}
	return true;
}

/* The parts of an order that are rows of a table: each statement has the order's id, and returns JSON. */
static const struct {
	const char *name;
	enum sql_id sql;
} sections[] = {
    {"addresses", SQL_CUSTOMER_ADDRESSES},
    {"lines", SQL_CUSTOMER_LINES},
    {"taxes", SQL_CUSTOMER_TAXES},
    {"ledger", SQL_CUSTOMER_LEDGER},
    {"parcels", SQL_CUSTOMER_PARCELS},
    {"cuts", SQL_CUSTOMER_CUTS},
    {"returns", SQL_CUSTOMER_RETURNS},
    {"payments", SQL_CUSTOMER_PAYMENTS},
    {"refunds", SQL_CUSTOMER_REFUNDS},
    {"notes", SQL_CUSTOMER_NOTES},
    {"words", SQL_CUSTOMER_WORDS},
    {"mails", SQL_CUSTOMER_MAILS},
    {"documents", SQL_CUSTOMER_DOCUMENTS},
    {"withdrawals", SQL_CUSTOMER_WITHDRAWALS},
};

static bool
put_rows(struct db *db, struct arena *a, enum sql_id sql, uint64_t id, struct buf *out, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, sql, id, a, &rows, e))
		return false;
	for (size_t i = 0; db_next(&rows); i++) {
		buf_z(out, i == 0 ? "" : ",");
		buf_put(out, c_is_null(&rows) ? STR("null") : c_str(&rows));
	}
	return true;
}

static bool
put_events(struct db *db, struct arena *a, uint64_t id, struct buf *out, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_CUSTOMER_EVENTS, id, a, &rows, e))
		return false;
	for (size_t i = 0; db_next(&rows); i++) {
		enum order_machine machine = (enum order_machine)c_u64(&rows);
		const char *event = order_event_name((enum order_event)c_u64(&rows));

		buf_fmt(out, "%s{\"event\":\"%s\",\"to\":\"%s\",\"actor\":", i == 0 ? "" : ",", event,
		    order_state_name(machine, (uint8_t)c_u64(&rows)));
		buf_json(out, c_str(&rows));
		buf_z(out, ",\"why\":");
		buf_json(out, c_str(&rows));
		buf_fmt(out, ",\"at\":%lld}", (long long)c_i64(&rows));
	}
	return true;
}

static bool
put_order(struct db *db, struct arena *a, const struct customer_order *o, struct buf *out, struct err *e)
{
	buf_fmt(out, "{\"states\":{\"order\":\"%s\",\"payment\":\"%s\",\"fulfilment\":\"%s\"},\"order\":",
	    order_state_name(ORDER_MACHINE_ORDER, o->states.of[ORDER_MACHINE_ORDER]),
	    order_state_name(ORDER_MACHINE_PAYMENT, o->states.of[ORDER_MACHINE_PAYMENT]),
	    order_state_name(ORDER_MACHINE_FULFILMENT, o->states.of[ORDER_MACHINE_FULFILMENT]));
	if (!put_rows(db, a, SQL_CUSTOMER_ORDER, o->id, out, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		buf_fmt(out, ",\"%s\":[", sections[i].name);
		if (!put_rows(db, a, sections[i].sql, o->id, out, e))
			return false;
		buf_ch(out, ']');
	}
	buf_z(out, ",\"events\":[");
	if (!put_events(db, a, o->id, out, e))
		return false;
	buf_z(out, "]}");
	return true;
}

static bool
seen_before(const struct customer_orders *orders, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (orders->v[i].session_id == orders->v[at].session_id)
			return true;
	return false;
}

static bool
put_session(struct db *db, struct arena *a, uint64_t id, struct buf *out, struct err *e)
{
	size_t before = out->n;

	if (!put_rows(db, a, SQL_CUSTOMER_SESSION, id, out, e))
		return false;
	if (out->n == before)
		buf_z(out, "null");
	buf_z(out, ",\"carts\":[");
	if (!put_rows(db, a, SQL_CUSTOMER_CARTS, id, out, e))
		return false;
	buf_ch(out, ']');
	return true;
}

bool
customer_export(struct db *db, struct arena *a, const struct customer_export *x, struct buf *out, struct err *e)
{
	const struct customer_orders *orders = x->orders;

	buf_z(out, "{\"mail\":");
	buf_json(out, x->mail);
	buf_fmt(out, ",\"made_at\":%lld,\"orders\":[", (long long)x->now_s);
	for (size_t i = 0; i < orders->n; i++) {
		buf_z(out, i == 0 ? "" : ",");
		if (!put_order(db, a, &orders->v[i], out, e))
			return false;
	}
	buf_z(out, "],\"visits\":[");
	for (size_t i = 0, n = 0; i < orders->n; i++) {
		if (seen_before(orders, i))
			continue;
		buf_z(out, n++ == 0 ? "{\"session\":" : ",{\"session\":");
		if (!put_session(db, a, orders->v[i].session_id, out, e))
			return false;
		buf_ch(out, '}');
	}
	buf_z(out, "]");
	return buf_check(out, e);
}
