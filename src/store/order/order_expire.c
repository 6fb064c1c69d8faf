#include "store/order/order_change_tx.h"
#include "store/order/order_store.h"
#include "store/sql.h"

struct expire_tx {
	struct arena *a;
	int64_t now_s;
	bool found, ended;
};

/* Finds the order that has been due longest and is not locked by another process. */
static bool
next_due(struct db *db, struct expire_tx *tx, uint64_t *id, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_DUE);
	struct db_rows rows;

	q_i64(q, tx->now_s);
	if (!db_find(q, tx->a, &rows, &tx->found, e) || !tx->found)
		return e->kind == ERR_NONE;
	*id = c_u64(&rows);
	return true;
}

/* Goods that wait at the shop for a buyer who has not come. */
static bool
set_aside(const struct change *c)
{
	int64_t coming = 0;

	for (size_t i = 0; i < c->n; i++)
		coming += c->part[i].coming;
	return c->facts.goods.sent > 0 && c->facts.goods.back == 0 && coming == 0;
}

static bool
all_set_aside(const struct change *c)
{
	return set_aside(c) && c->facts.goods.open == 0;
}

/* Of an order that is due, and of which nothing is paid or collected. */
static bool
part_set_aside(const struct change *c)
{
	uint8_t to;

	return set_aside(c) && c->facts.goods.open > 0
	       && c->facts.states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_DUE
	       && order_step(ORDER_MACHINE_ORDER, ORDER_EV_EXPIRE, &c->facts, &to);
}

static bool
expires(const struct change *c)
{
	struct order_facts after = c->facts;
	enum order_machine refused;

	after.account.owed_minor = -(after.account.received_minor - after.account.refunded_minor);
	if (all_set_aside(c))
		after.goods.back = after.goods.sent;
	return order_step_all(ORDER_EV_EXPIRE, &after, &refused);
}

/* Reverses the sale; stock returns. What was paid of it is owed back. */
static bool
expire_one(struct db *db, struct change *c, struct err *e)
{
	c->reason = STOCK_EXPIRED;
	for (size_t i = 0; i < c->n; i++)
		change_give(c, &c->part[i], order_part_open(&c->part[i]));
	return (!all_set_aside(c) || change_all_back(db, c, e)) && change_sale_back(db, c, e)
	       && change_step(c, ORDER_EV_EXPIRE, 0, e) && change_end(db, c, e);
}

/* Goods that were not set aside are cancelled by a change of their own, since their stock returns for another reason.
 * The order stays due, and all of the rest is set aside now. */
static bool
cut_rest(struct db *db, struct change *c, struct err *e)
{
	c->internal = true; /* the end of the order is told */
	return change_cut_open(db, c, e) && change_end(db, c, e);
}

/* An order whose states refuse the event loses its time to pay, so that it is not selected again. */
static bool
expire_body(struct db *db, void *arg, struct err *e)
{
	struct expire_tx *tx = arg;
	struct order_act act = {.actor = "job", .why = STR("not paid in time")};
	struct order_done done = {0};
	struct change c = {.a = tx->a, .act = &act, .done = &done};

	tx->found = tx->ended = false;
	if (!next_due(db, tx, &act.order_id, e) || !tx->found)
		return e->kind == ERR_NONE;
	if (!change_begin(db, &c, e))
		return false;
	c.now_s = tx->now_s;
	if (part_set_aside(&c))
		return cut_rest(db, &c, e);
	tx->ended = true;
	return expires(&c) ? expire_one(db, &c, e) : db_run_u64(db, SQL_ORDER_STAYS, c.id, e);
}

bool
order_expire(struct db *db, struct arena *a, int64_t until_s, unsigned most, unsigned *n, struct err *e)
{
	for (*n = 0; *n < most;) {
		struct arena_mark mark = arena_mark(a);
		struct expire_tx tx = {.a = a, .now_s = until_s};

		if (!db_tx(db, expire_body, &tx, e))
			return false;
		arena_rewind(a, mark);
		if (!tx.found)
			break;
		*n += tx.ended;
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
