#include "store/order/refund_store.h"

#include "store/sql.h"

struct claim_tx {
	struct arena *a;
	struct refund_due *r;
	uint64_t id;
	bool found;
};

static bool
claim_body(struct db *db, void *arg, struct err *e)
{
	struct claim_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_REFUND_DUE);
	struct db_rows rows;

	if (!db_find(q, tx->a, &rows, &tx->found, e) || !tx->found)
		return e->kind == ERR_NONE;
	tx->id = c_u64(&rows);
	q = db_query(db, SQL_REFUND_CLAIM);
	q_u64(q, tx->id);
	return db_run(q, NULL, e);
}

static bool
refund_read(struct db *db, struct claim_tx *tx, bool *chosen, struct err *e)
{
	struct refund_due *r = tx->r;
	struct db_rows rows;

	if (!db_select_u64(db, SQL_REFUND_READ, tx->id, tx->a, &rows, e))
		return false;
	if (!db_next(&rows))
		return err_set(e, ERR_BUG, "refund %llu has no action", (unsigned long long)tx->id);
	*r = (struct refund_due){.id = tx->id, .order_id = c_u64(&rows), .key = c_bytes(&rows)};
	r->number = c_str(&rows);
	r->provider = c_str(&rows);
	r->amount.minor = c_i64(&rows);
	if (!currency_find(c_str(&rows), &r->amount.cur))
		return err_set(e, ERR_BUG, "refund %llu: unknown currency", (unsigned long long)tx->id);
	r->state = (uint8_t)c_u64(&rows);
	r->tries = c_u64(&rows);
	*chosen = !c_is_null(&rows);
	if (*chosen)
		r->payment = c_str(&rows);
	return true;
}

/* The order's lock keeps refunds of one order from choosing the same money. */
static bool
choose_body(struct db *db, void *arg, struct err *e)
{
	struct claim_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_REFUND_LOCK);
	struct db_rows rows;
	uint64_t payment;

	q_u64(q, tx->r->order_id);
	if (!db_get(q, tx->a, &rows, e))
		return false;
	q = db_query(db, SQL_REFUND_PAYMENT);
	q_u64(q, tx->r->order_id);
	q_str(q, tx->r->provider);
	q_i64(q, tx->r->amount.minor);
	if (!db_find(q, tx->a, &rows, &tx->found, e) || !tx->found)
		return e->kind == ERR_NONE;
	payment = c_u64(&rows);
	tx->r->payment = c_str(&rows);
	q = db_query(db, SQL_REFUND_CHOOSE);
	q_u64(q, payment);
	q_u64(q, tx->r->id);
	return db_run(q, NULL, e);
}

bool
refund_claim(struct db *db, struct arena *a, struct refund_due *r, bool *found, struct err *e)
{
	struct claim_tx tx = {.a = a, .r = r};
	bool chosen = false;

	if (!db_tx(db, claim_body, &tx, e))
		return false;
	*found = tx.found;
	if (!tx.found)
		return true;
	return refund_read(db, &tx, &chosen, e) && (chosen || db_tx(db, choose_body, &tx, e));
}

bool
refund_rest(struct db *db, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(db, SQL_REFUND_REST);

	q_u64(q, id);
	return db_run(q, NULL, e);
}
