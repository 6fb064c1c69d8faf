/* order_change_goods.c - parcels leave and arrive; pieces are cancelled. */
#include "store/order/order_change_tx.h"

#include "plat/db/db_code.h"
#include "store/sql.h"

static int64_t *
limits(struct change *c, int64_t (*of)(const struct order_part *))
{
	int64_t *limit = ARENA_ARRAY(c->a, int64_t, c->n + 1);

	for (size_t i = 0; i < c->n; i++)
		limit[i] = of(&c->part[i]);
	return limit;
}

static bool
insert_parcel(struct db *db, struct change *c, const struct order_parcel *p, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PARCEL_INSERT);

	q_u64(q, c->id);
	q_str(q, p->carrier);
	if (p->tracking.n == 0)
		q_null(q);
	else
		q_str(q, p->tracking);
	q_str(q, p->url);
	q_i64(q, c->now_s);
	if (!db_run(q, NULL, e))
		return e->code == DB_CODE_DUPLICATE
		           ? err_context(e, "another parcel has the tracking number %s", p->tracking.p)
		           : false;
	c->made = db_last_id(db);
	return true;
}

static bool
insert_parcel_lines(struct db *db, struct change *c, const struct change_want *w, struct err *e)
{
	struct db_query *q;
	size_t rows = 0;

	for (size_t i = 0; i < c->n; i++)
		rows += w->qty[i] > 0;
	q = db_query_rows(db, SQL_PARCEL_LINE_INSERT, c->a, rows);
	for (size_t i = 0; i < c->n; i++) {
		if (w->qty[i] == 0)
			continue;
		q_u64(q, c->made);
		q_u64(q, c->id);
		q_i64(q, c->part[i].pos);
		q_i64(q, w->qty[i]);
	}
	return db_run(q, NULL, e);
}

/* Goods that wait at the shop wait their full time, however late they were set aside. */
static bool
keep_longer(struct db *db, const struct change *c, int64_t kept_s, struct err *e)
{
	struct db_query *q;

	if (!c->facts.expires || kept_s == 0)
		return true;
	q = db_query(db, SQL_CHANGE_KEEP);
	q_i64(q, c->now_s + kept_s);
	q_u64(q, c->id);
	return db_run(q, NULL, e);
}

static bool
ship_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_parcel *p = c->ask;
	struct change_want w = {.pieces = &p->pieces, .limit = limits(c, order_part_open), .limited = "left to send"};
	bool rest;

	if (!change_pieces(c, &w, e))
		return false;
	c->facts.goods.open -= w.sum;
	c->facts.goods.sent += w.sum;
	rest = c->facts.goods.open == 0;
	return insert_parcel(db, c, p, e) && insert_parcel_lines(db, c, &w, e) && keep_longer(db, c, p->kept_s, e)
	       && change_step(c, rest ? ORDER_EV_SEND_REST : ORDER_EV_SEND_PART, c->made, e);
}

bool
order_ship(struct db *db, struct arena *a, const struct order_act *act, const struct order_parcel *p,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_SEND_PART, .body = ship_body, .ask = p, .done = done},
	    e);
}

static bool
deliver_body(struct db *db, struct change *c, struct err *e)
{
	uint64_t parcel = *(const uint64_t *)c->ask, n;
	struct db_query *q = db_query(db, SQL_PARCEL_DELIVER);

	q_i64(q, c->now_s);
	q_u64(q, c->id);
	q_u64(q, parcel);
	q_u64(q, parcel);
	if (!db_run(q, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT, "order %s has no %s under way", c->number.p,
		    parcel == 0 ? "parcel" : "such parcel");
	c->made = parcel;
	return change_parts(db, c, e) && change_step(c, ORDER_EV_DELIVER, parcel, e);
}

bool
order_deliver(struct db *db, struct arena *a, const struct order_act *act, uint64_t parcel, struct order_done *done,
    struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_DELIVER, .body = deliver_body, .ask = &parcel, .done = done},
	    e);
}

static bool
insert_cuts(struct db *db, struct change *c, const struct change_want *w, struct order_worth *worth, struct err *e)
{
	struct db_query *q;
	size_t rows = 0;

	for (size_t i = 0; i < c->n; i++)
		rows += w->qty[i] > 0;
	q = db_query_rows(db, SQL_CUT_INSERT, c->a, rows);
	for (size_t i = 0; i < c->n; i++) {
		struct order_worth one;

		if (w->qty[i] == 0)
			continue;
		one = order_part_worth(&c->part[i], c->tax_included, w->qty[i]);
		worth->gross_minor += one.gross_minor;
		worth->tax_minor += one.tax_minor;
		change_give(c, &c->part[i], w->qty[i]);
		q_u64(q, c->id);
		q_i64(q, c->part[i].pos);
		q_i64(q, w->qty[i]);
		q_i64(q, c->now_s);
	}
	return db_run(q, NULL, e);
}

/* The whole order ends: its sale is reversed, with delivery. */
static bool
cancel_whole(struct db *db, struct change *c, struct err *e)
{
	for (size_t i = 0; i < c->n; i++)
		change_give(c, &c->part[i], order_part_open(&c->part[i]));
	return change_sale_back(db, c, e) && change_step(c, ORDER_EV_CANCEL, 0, e);
}

static bool
cut(struct db *db, struct change *c, const struct change_want *w, struct err *e)
{
	struct change_credit credit = {.kind = LEDGER_CUT};

	c->facts.goods.open -= w->sum;
	return insert_cuts(db, c, w, &credit.worth, e) && change_credit(db, c, &credit, e)
	       && change_step(c, ORDER_EV_CUT, 0, e);
}

bool
change_cut_open(struct db *db, struct change *c, struct err *e)
{
	struct order_pieces all = {.all = true};
	struct change_want w = {.pieces = &all, .limit = limits(c, order_part_open), .limited = "left to cancel"};

	c->reason = STOCK_CANCELLED;
	return change_pieces(c, &w, e) && cut(db, c, &w, e);
}

static bool
cancel_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_pieces *pieces = c->ask;
	struct change_want w = {.pieces = pieces, .limit = limits(c, order_part_open), .limited = "left to cancel"};

	c->reason = STOCK_CANCELLED;
	if (!change_pieces(c, &w, e))
		return false;
	if (c->facts.goods.sent == 0 && w.sum == c->facts.goods.open)
		return cancel_whole(db, c, e);
	return cut(db, c, &w, e);
}

bool
order_cancel(struct db *db, struct arena *a, const struct order_act *act, const struct order_pieces *pieces,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_CANCEL, .body = cancel_body, .ask = pieces, .done = done},
	    e);
}
