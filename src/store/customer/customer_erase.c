#include <string.h>

#include "plat/text/secret.h"
#include "store/customer/customer_store.h"
#include "store/outbox_store.h"
#include "store/sql.h"

/* Each statement has the order's id. */
static const struct erase_step {
	enum sql_id sql;
	bool gone; /* only if no invoice is kept */
	bool kept; /* only if one is */
} steps[] = {
    {.sql = SQL_ERASE_EVENTS},
    {.sql = SQL_ERASE_NOTES},
    {.sql = SQL_ERASE_RETURNS},
    {.sql = SQL_ERASE_PARCELS},
    {.sql = SQL_ERASE_WITHDRAWALS, .gone = true},
    {.sql = SQL_ERASE_WORDS},
    {.sql = SQL_ERASE_BOUNCES},
    {.sql = SQL_ERASE_SUPPRESSED},
    {.sql = SQL_ERASE_MAILS},
    {.sql = SQL_ERASE_DELIVERY, .kept = true},
    {.sql = SQL_ERASE_ADDRESSES, .gone = true},
    {.sql = SQL_ERASE_PAYMENTS, .gone = true},
    {.sql = SQL_ERASE_REFUNDS, .gone = true},
};

struct erase_tx {
	struct arena *a;
	const struct customer_orders *orders;
	const struct customer_erasures *again; /* or NULL: the orders */
	const struct customer_rules *rules;
	struct customer_erasures *done;
	uint64_t n;
};

/* The order as it is now, locked. */
struct erase_order {
	bool found, open, holds, sold;
	uint64_t id, session_id;
	int64_t created_at;
	struct str key, token_hash;
};

static bool
erase_lock(struct db *db, struct arena *a, uint64_t id, struct erase_order *o, struct err *e)
{
	struct db_rows rows;
	uint64_t order, payment;

	*o = (struct erase_order){.id = id};
	if (!db_select_u64(db, SQL_ERASE_LOCK, id, a, &rows, e))
		return false;
	o->found = db_next(&rows);
	if (!o->found)
		return true;
	o->session_id = c_u64(&rows);
	o->key = c_bytes(&rows);
	o->token_hash = c_bytes(&rows);
	order = c_u64(&rows);
	payment = c_u64(&rows);
	o->created_at = c_i64(&rows);
	o->open = c_i64(&rows) != 0;
	o->holds = c_i64(&rows) != 0;
	o->sold = (order != ORDER_ORDER_CANCELLED && order != ORDER_ORDER_EXPIRED)
		  || (payment != ORDER_PAYMENT_DUE && payment != ORDER_PAYMENT_DROPPED);
	return true;
}

static bool
run_for(struct db *db, enum sql_id sql, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(db, sql);

	q_u64(q, id);
	return db_run(q, NULL, e);
}

/* The link of the order opens nothing from now on, and its cached page is deleted. The words by which the staff find it
 * are made anew from what is left. */
static bool
erase_head(
    struct db *db, struct arena *a, const struct erase_order *o, const struct customer_erasure *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ERASE_ORDER);
	uint8_t none[SECRET_HASH_B];
	struct str page;

	secret_random(none, sizeof(none));
	q_bytes(q, str_n(none, sizeof(none)));
	q_u64(q, o->id);
	page = secret_hex(a, o->token_hash.p, o->token_hash.n);
	return db_run(q, NULL, e) && outbox_stale(db, OUTBOX_order, page, (uint64_t)x->at, x->at, e)
	    && (o->session_id == 0 || run_for(db, SQL_ERASE_DRAFTS, o->session_id, e));
}

static bool
erase_record(struct db *db, const struct customer_erasure *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ERASURE_PUT);

	q_u64(q, x->order_id);
	q_bytes(q, str_n(x->key_hash, sizeof(x->key_hash)));
	q_i64(q, x->keep_invoice);
	q_i64(q, x->at);
	q_str(q, x->actor);
	return db_run(q, NULL, e);
}

static bool
erase_one(struct db *db, struct arena *a, const struct erase_order *o, const struct customer_erasure *x, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if ((x->keep_invoice && steps[i].gone) || (!x->keep_invoice && steps[i].kept))
			continue;
		if (!run_for(db, steps[i].sql, o->id, e))
			return false;
	}
	return erase_head(db, a, o, x, e) && erase_record(db, x, e);
}

static bool
law_keeps(const struct erase_order *o, const struct customer_rules *rules)
{
	return o->sold && o->created_at + rules->invoice_s > rules->now_s;
}

static bool
erase_body(struct db *db, void *arg, struct err *e)
{
	struct erase_tx *tx = arg;
	const struct customer_orders *orders = tx->orders;

	tx->done->n = 0;
	for (size_t i = 0; i < orders->n; i++) {
		struct customer_erasure *x = &tx->done->v[tx->done->n++];
		struct erase_order o;

		if (!erase_lock(db, tx->a, orders->v[i].id, &o, e))
			return false;
		if (!o.found || (o.open && !orders->v[i].open))
			return err_set(e, ERR_CONFLICT, "order %.*s has changed meanwhile: nothing was erased",
			    STR_ARG(orders->v[i].number));
		*x = (struct customer_erasure){.order_id = o.id,
		    .keep_invoice = tx->rules->keep_invoices && law_keeps(&o, tx->rules),
		    .at = tx->rules->now_s,
		    .actor = tx->rules->actor};
		receipt_hash(o.key, x->key_hash);
		if (!erase_one(db, tx->a, &o, x, e))
			return false;
	}
	return true;
}

bool
customer_erase(struct db *db, struct arena *a, const struct customer_orders *orders, const struct customer_rules *rules,
    struct customer_erasures *done, struct err *e)
{
	struct erase_tx tx = {.a = a, .orders = orders, .rules = rules, .done = done};

	*done = (struct customer_erasures){.v = ARENA_ARRAY(a, struct customer_erasure, orders->n + 1)};
	return db_tx(db, erase_body, &tx, e);
}

bool
customer_erasures(struct db *db, struct arena *a, struct customer_erasures *all, struct err *e)
{
	struct db_rows rows;

	*all = (struct customer_erasures){.n = 0};
	if (!db_get(db_query(db, SQL_ERASURE_TABLE), a, &rows, e))
		return false;
	if (c_i64(&rows) == 0)
		return true;
	if (!db_select(db_query(db, SQL_ERASURES), a, &rows, e))
		return false;
	all->v = ARENA_ARRAY(a, struct customer_erasure, rows.n + 1);
	while (db_next(&rows)) {
		struct customer_erasure *x = &all->v[all->n++];
		struct str hash;

		x->order_id = c_u64(&rows);
		hash = c_bytes(&rows);
		memcpy(x->key_hash, hash.p, hash.n < sizeof(x->key_hash) ? hash.n : sizeof(x->key_hash));
		x->keep_invoice = c_i64(&rows) != 0;
		x->at = c_i64(&rows);
		x->actor = c_str(&rows);
	}
	return true;
}

static bool
again_body(struct db *db, void *arg, struct err *e)
{
	struct erase_tx *tx = arg;

	tx->n = 0;
	for (size_t i = 0; i < tx->again->n; i++) {
		struct customer_erasure x = tx->again->v[i];
		uint8_t hash[RECEIPT_KEY_HASH_B];
		struct erase_order o;
		bool kept = x.keep_invoice;

		if (!erase_lock(db, tx->a, x.order_id, &o, e))
			return false;
		if (o.found)
			receipt_hash(o.key, hash);
		if (!o.found || memcmp(hash, x.key_hash, sizeof(hash)) != 0) {
			if (!erase_record(db, &x, e))
				return false;
			continue;
		}
		x.keep_invoice = kept && law_keeps(&o, tx->rules);
		if (!o.holds && x.keep_invoice == kept) {
			if (!erase_record(db, &x, e))
				return false;
			continue;
		}
		tx->n++;
		if (!erase_one(db, tx->a, &o, &x, e))
			return false;
	}
	return true;
}

bool
customer_erase_again(struct db *db, struct arena *a, const struct customer_erasures *all,
    const struct customer_rules *rules, uint64_t *n, struct err *e)
{
	struct erase_tx tx = {.a = a, .again = all, .rules = rules};

	if (!db_tx(db, again_body, &tx, e))
		return false;
	*n = tx.n;
	return true;
}
