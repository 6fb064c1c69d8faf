/* order_change_return.c - returns and withdrawals: announced, received, refused. order_change_refund.c pays them. */
#include "store/order/order_change_tx.h"

#include "store/sql.h"

#define DAY_S 86400

static int64_t
returnable(const struct order_part *p)
{
	return p->sent - p->back - p->coming;
}

/* The last moment to withdraw: days after the last parcel arrived; 0: one is under way. */
static bool
find_deadline(struct db *db, struct change *c, int64_t *deadline, struct err *e)
{
	struct db_rows rows;
	int64_t last, under_way;

	if (!db_select_u64(db, SQL_PARCEL_LAST, c->id, c->a, &rows, e) || !db_next(&rows))
		return false;
	last = c_i64_or(&rows, 0);
	under_way = c_i64(&rows);
	*deadline = last == 0 || under_way > 0 ? 0 : last + (int64_t)ORDER_WITHDRAWAL_DAYS * DAY_S;
	return true;
}

/* `deadline` 0: none. */
static bool
insert_case(struct db *db, struct change *c, const struct order_return_ask *ask, int64_t deadline, struct err *e)
{
	struct db_query *q = db_query(db, SQL_RETURN_INSERT);

	q_u64(q, c->id);
	q_i64(q, ask->kind);
	q_i64(q, ORDER_RETURN_ASKED);
	q_str(q, c->act->why);
	q_i64(q, ask->asked_at != 0 ? ask->asked_at : c->now_s);
	q_i64_or_null(q, deadline, deadline == 0);
	q_i64(q, c->now_s);
	if (!db_run(q, NULL, e))
		return false;
	c->made = db_last_id(db);
	return true;
}

static bool
ask_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_return_ask *ask = c->ask;
	int64_t *limit = ARENA_ARRAY(c->a, int64_t, c->n + 1);
	struct change_want w = {.pieces = &ask->pieces, .limit = limit, .limited = "sent and can come back"};
	enum order_machine machine =
	    ask->kind == ORDER_RETURN_WITHDRAWAL ? ORDER_MACHINE_WITHDRAWAL : ORDER_MACHINE_RETURN;
	uint8_t state = ORDER_RETURN_NEW;
	struct db_query *q;
	int64_t deadline;
	size_t rows = 0;

	for (size_t i = 0; i < c->n; i++)
		limit[i] = returnable(&c->part[i]);
	if (!change_pieces(c, &w, e) || !find_deadline(db, c, &deadline, e)
	    || !insert_case(db, c, ask, deadline, e))
		return false;
	for (size_t i = 0; i < c->n; i++)
		rows += w.qty[i] > 0;
	q = db_query_rows(db, SQL_RETURN_LINE_INSERT, c->a, rows);
	for (size_t i = 0; i < c->n; i++) {
		if (w.qty[i] == 0)
			continue;
		q_u64(q, c->made);
		q_u64(q, c->id);
		q_i64(q, c->part[i].pos);
		q_i64(q, w.qty[i]);
	}
	return db_run(q, NULL, e) && change_step_one(c, machine, ORDER_EV_RETURN_ASK, c->made, &state, e)
	       && (ask->made == NULL || ask->made(db, ask->arg, c->made, e));
}

bool
order_return_ask(struct db *db, struct arena *a, const struct order_act *act, const struct order_return_ask *ask,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_RETURN_ASK, .body = ask_body, .ask = ask, .done = done},
	    e);
}

bool
change_find_return(struct db *db, struct change *c, uint64_t id, struct change_return *r, struct err *e)
{
	struct db_query *q = db_query(db, SQL_RETURN_GET);
	struct db_rows rows;
	int64_t asked_at;
	bool found;

	q_u64(q, id);
	q_u64(q, c->id);
	if (!db_find(q, c->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "order %s has no return %llu", c->number.p, (unsigned long long)id);
	r->machine = c_u64(&rows) == ORDER_RETURN_WITHDRAWAL ? ORDER_MACHINE_WITHDRAWAL : ORDER_MACHINE_RETURN;
	r->state = (uint8_t)c_u64(&rows);
	asked_at = c_i64(&rows);
	r->late = asked_at > c_i64_or(&rows, asked_at);
	return true;
}

/* The return that is changed. */
static bool
find_case(struct db *db, struct change *c, uint64_t id, struct change_return *r, struct err *e)
{
	if (!change_find_return(db, c, id, r, e))
		return false;
	c->facts.late = r->late;
	c->made = id;
	return true;
}

static bool
step_case(struct db *db, struct change *c, struct change_return *row, enum order_event ev, struct err *e)
{
	uint8_t from = row->state;
	struct db_query *q;

	if (!change_step_one(c, row->machine, ev, c->made, &row->state, e))
		return false;
	q = db_query(db, SQL_RETURN_SET);
	q_i64(q, row->state);
	q_i64(q, c->now_s);
	q_u64(q, c->made);
	q_u64(q, from);
	return db_run(q, NULL, e);
}

/* Reads the return's lines: *limit is what is missing per part, *line the ids. */
static bool
read_missing(struct db *db, struct change *c, int64_t *limit, uint64_t *line, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_RETURN_LINES, c->made, c->a, &rows, e))
		return false;
	for (size_t i = 0; i < c->n; i++)
		limit[i] = 0;
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);
		int pos = (int)c_u64(&rows);
		int64_t asked = c_i64(&rows), received = c_i64(&rows);

		for (size_t i = 0; i < c->n; i++) {
			if (c->part[i].pos != pos)
				continue;
			limit[i] = asked - received;
			line[i] = id;
			c->facts.missing += limit[i];
		}
	}
	return true;
}

static bool
receive_line(struct db *db, const struct order_return_goods *goods, uint64_t line, int64_t qty, struct err *e)
{
	struct db_query *q = db_query(db, SQL_RETURN_LINE_RECEIVE);

	q_i64(q, qty);
	q_i64(q, goods->restock ? qty : 0);
	q_i64(q, goods->condition);
	q_u64(q, line);
	q_i64(q, qty);
	return db_run(q, NULL, e);
}

/* Pieces that come back before anything was paid are not owed any more; when all are back, delivery neither. */
static bool
credit_unpaid(struct db *db, struct change *c, const struct change_want *w, struct err *e)
{
	struct change_credit credit = {.kind = LEDGER_CREDIT, .ref_id = c->made};

	if (c->facts.states.of[ORDER_MACHINE_PAYMENT] != ORDER_PAYMENT_DUE)
		return true;
	if (c->facts.goods.open == 0 && c->facts.goods.back == c->facts.goods.sent)
		return change_sale_back(db, c, e);
	for (size_t i = 0; i < c->n; i++) {
		struct order_worth one = order_part_worth(&c->part[i], c->tax_included, w->qty[i]);

		credit.worth.gross_minor += one.gross_minor;
		credit.worth.tax_minor += one.tax_minor;
	}
	return change_credit(db, c, &credit, e);
}

static bool
receive_body(struct db *db, struct change *c, struct err *e)
{
	const struct order_return_goods *goods = c->ask;
	int64_t *limit = ARENA_ARRAY(c->a, int64_t, c->n + 1);
	uint64_t *line = ARENA_ARRAY(c->a, uint64_t, c->n + 1);
	struct change_want w = {.pieces = &goods->pieces, .limit = limit, .limited = "missing from this return"};
	struct change_return row;

	c->reason = STOCK_RETURN;
	if (!find_case(db, c, goods->return_id, &row, e) || !read_missing(db, c, limit, line, e)
	    || !change_pieces(c, &w, e))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		if (w.qty[i] == 0)
			continue;
		if (!receive_line(db, goods, line[i], w.qty[i], e))
			return false;
		if (goods->restock)
			change_give(c, &c->part[i], w.qty[i]);
	}
	c->facts.goods.back += w.sum;
	c->facts.missing -= w.sum;
	return credit_unpaid(db, c, &w, e) && change_step(c, ORDER_EV_TAKE_BACK, c->made, e)
	       && step_case(db, c, &row, ORDER_EV_RETURN_RECEIVE, e);
}

bool
order_return_receive(struct db *db, struct arena *a, const struct order_act *act,
    const struct order_return_goods *goods, struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){
		.a = a, .act = act, .event = ORDER_EV_RETURN_RECEIVE, .body = receive_body, .ask = goods, .done = done},
	    e);
}

bool
change_all_back(struct db *db, struct change *c, struct err *e)
{
	struct change_return row = {.machine = ORDER_MACHINE_RETURN, .state = ORDER_RETURN_NEW};
	const struct order_return_ask plain = {.kind = ORDER_RETURN_PLAIN};
	struct db_query *q;
	size_t rows = 0;

	if (!insert_case(db, c, &plain, 0, e))
		return false;
	for (size_t i = 0; i < c->n; i++)
		rows += c->part[i].sent > 0;
	q = db_query_rows(db, SQL_RETURN_LINE_BACK, c->a, rows);
	for (size_t i = 0; i < c->n; i++) {
		if (c->part[i].sent == 0)
			continue;
		q_u64(q, c->made);
		q_u64(q, c->id);
		q_i64(q, c->part[i].pos);
		for (int k = 0; k < 3; k++)
			q_i64(q, c->part[i].sent);
		change_give(c, &c->part[i], c->part[i].sent);
	}
	c->reason = STOCK_RETURN;
	c->facts.goods.back = c->facts.goods.sent;
	return db_run(q, NULL, e) && change_step_one(c, row.machine, ORDER_EV_RETURN_ASK, c->made, &row.state, e)
	       && step_case(db, c, &row, ORDER_EV_RETURN_RECEIVE, e);
}

static bool
refuse_body(struct db *db, struct change *c, struct err *e)
{
	struct change_return row;

	return find_case(db, c, *(const uint64_t *)c->ask, &row, e)
	       && step_case(db, c, &row, ORDER_EV_RETURN_REFUSE, e);
}

bool
order_return_refuse(struct db *db, struct arena *a, const struct order_act *act, uint64_t return_id,
    struct order_done *done, struct err *e)
{
	return change_run(db,
	    &(struct change){.a = a,
		.act = act,
		.event = ORDER_EV_RETURN_REFUSE,
		.body = refuse_body,
		.ask = &return_id,
		.done = done},
	    e);
}
