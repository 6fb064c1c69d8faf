#include "store/order/order_cache.h"
#include "store/order/order_store.h"
#include "store/order/order_write.h"
#include "store/sql.h"
#include "store/order/stock_store.h"

struct expire_tx {
	struct arena *a;
	int64_t now_s;
	bool found;
};

struct ending {
	uint64_t id;
	struct str token_hash;
	struct order_facts facts;
	struct order_states to;
};

/* Finds the order that has been due longest and is not locked by another process. */
static bool
next_due(struct db *db, struct expire_tx *tx, struct ending *o, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_DUE);
	struct db_rows rows;
	enum payment payment;

	q_i64(q, tx->now_s);
	if (!db_find(q, tx->a, &rows, &tx->found, e) || !tx->found)
		return e->kind == ERR_NONE;
	o->id = c_u64(&rows);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		o->facts.states.of[m] = (uint8_t)c_u64(&rows);
	o->facts.costs = c_i64(&rows) > 0;
	o->facts.prepaid = payment_find(c_str(&rows), &payment) && payment_prepaid(payment);
	o->token_hash = c_bytes(&rows);
	return true;
}

/* Steps all machines as order_state.def says. Always clears the time to pay, so that an order whose states refuse the
 * event is not selected again. */
static bool
step(struct db *db, struct expire_tx *tx, struct ending *o, bool *ends, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_STEP);
	uint64_t n;

	*ends = true;
	o->to = o->facts.states;
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		*ends = order_step((enum order_machine)m, ORDER_EV_EXPIRE, &o->facts, &o->to.of[m]) && *ends;
	if (!*ends)
		o->to = o->facts.states;
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		q_i64(q, o->to.of[m]);
	q_null(q);
	q_u64(q, o->id);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		q_i64(q, o->facts.states.of[m]);
	if (!db_run(q, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT, "the state of order %llu has changed", (unsigned long long)o->id);
	return !*ends
	    || (order_insert_steps(db, tx->a,
		&(struct order_steps){.order_id = o->id,
		    .event = ORDER_EV_EXPIRE,
		    .from = o->facts.states,
		    .to = o->to,
		    .actor = "job",
		    .why = "not paid in time",
		    .at = tx->now_s},
		e)
		&& order_changed(db, tx->a, o->token_hash, tx->now_s, e));
}

static bool
give_back(struct db *db, struct expire_tx *tx, uint64_t order_id, struct err *e)
{
	struct stock_changes c = {.order_id = order_id, .reason = STOCK_EXPIRED, .now_s = tx->now_s};
	struct db_rows rows;

	if (!db_select_u64(db, SQL_ORDER_TAKEN, order_id, tx->a, &rows, e))
		return false;
	c.v = ARENA_ARRAY(tx->a, struct stock_change, rows.n + 1);
	while (db_next(&rows)) {
		c.v[c.n].variant_id = c_u64(&rows);
		c.v[c.n].product_id = c_u64(&rows);
		c.v[c.n++].qty = c_i64(&rows);
	}
	return stock_give(db, tx->a, &c, e);
}

static bool
expire_body(struct db *db, void *arg, struct err *e)
{
	struct expire_tx *tx = arg;
	struct ending o = {0};
	bool ends;

	tx->found = false;
	if (!next_due(db, tx, &o, e) || !tx->found)
		return e->kind == ERR_NONE;
	if (!step(db, tx, &o, &ends, e))
		return false;
	return !ends || (order_insert_sale_back(db, tx->a, o.id, tx->now_s, e) && give_back(db, tx, o.id, e));
}

bool
order_expire(struct db *db, struct arena *a, int64_t until_s, unsigned most, unsigned *n, struct err *e)
{
	for (*n = 0; *n < most; (*n)++) {
		struct arena_mark mark = arena_mark(a);
		struct expire_tx tx = {.a = a, .now_s = until_s};

		if (!db_tx(db, expire_body, &tx, e))
			return false;
		arena_rewind(a, mark);
		if (!tx.found)
			break;
	}
	return true;
}

bool
order_forget_clients(struct db *db, int64_t before_s, uint64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_FORGET_CLIENTS);

	q_i64(q, before_s);
	return db_run(q, n, e);
}

bool
order_due(struct db *db, struct arena *a, int64_t from_s, int64_t until_s, int64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_DUE_COUNT);
	struct db_rows rows;

	q_i64(q, from_s);
	q_i64(q, until_s);
	if (!db_get(q, a, &rows, e))
		return false;
	*n = c_i64(&rows);
	return true;
}
