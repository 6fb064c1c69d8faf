#include "store/order/order_store.h"

#include "plat/db/db_code.h"
#include "store/control_store.h"
#include "store/order/order_write.h"
#include "store/order/stock_store.h"
#include "store/sql.h"

struct place_tx {
	struct arena *a;
	const struct order_request *rq;
	struct order_placed *placed;
	uint8_t token[SECRET_TOKEN_B];
};

static void
hash_token(const struct place_tx *tx, uint8_t hash[SECRET_HASH_B])
{
	secret_hash(str_n(tx->token, sizeof(tx->token)), hash);
}

/* Finds the order with this key. ERR_NOT_FOUND when it belongs to another session. */
static bool
find_placed(struct db *db, struct place_tx *tx, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_BY_KEY);
	struct db_rows rows;

	q_bytes(q, tx->rq->key);
	if (!db_find(q, tx->a, &rows, found, e))
		return false;
	if (!*found)
		return true;
	tx->placed->id = c_u64(&rows);
	if (c_u64(&rows) != tx->rq->session->id) {
		tx->placed->id = 0;
		return err_set(e, ERR_NOT_FOUND, "the order belongs to another session");
	}
	tx->placed->number = c_str(&rows);
	tx->placed->again = true;
	return true;
}

static bool
as_shown(const struct order_request *rq, const struct checkout_plan *plan, struct err *e)
{
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->lines[i].notices & (CART_NOTICE_SHORT | CART_NOTICE_GONE))
			return err_set(e, ERR_CONFLICT, "too few of variant %llu are left",
			    (unsigned long long)plan->lines[i].cart->variant_id);
	}
	if (plan->hash != rq->seen_hash || plan->totals.total_minor != rq->seen_total_minor)
		return err_set(e, ERR_CONFLICT, "the cart differs from what the buyer saw: total %lld, now %lld",
		    (long long)rq->seen_total_minor, (long long)plan->totals.total_minor);
	return true;
}

/* Called last, so that contended stock rows stay locked only for one statement each and the COMMIT. */
static bool
take_stock(struct db *db, struct place_tx *tx, const struct order *o, struct err *e)
{
	struct stock_changes c = {
	    .v = ARENA_ARRAY(tx->a, struct stock_change, o->n),
	    .order_id = o->id,
	    .reason = STOCK_SALE,
	    .now_s = o->created_at,
	};

	for (size_t i = 0; i < o->n; i++) {
		if (o->lines[i].stock_taken > 0)
			c.v[c.n++] = (struct stock_change){
			    o->lines[i].variant_id, o->lines[i].product_id, o->lines[i].stock_taken};
	}
	if (!stock_book_sale(db, tx->a, &c, e) || !order_end_placing(db, o, e)
	    || !stock_take(db, tx->a, &c, &tx->placed->short_of, e))
		return false;
	tx->placed->changed = c.changed;
	tx->placed->n_changed = c.n_changed;
	return true;
}

static bool
write_order(struct db *db, struct place_tx *tx, struct order *o, struct err *e)
{
	struct order_steps placed = {
	    .event = ORDER_EV_PLACE, .to = o->states, .actor = "buyer", .why = "", .at = o->created_at};
	uint8_t hash[SECRET_HASH_B];

	hash_token(tx, hash);
	if (!order_insert(db, tx->a, o, tx->rq->rules->number_prefix, str_n(hash, sizeof(hash)), e))
		return false;
	placed.order_id = o->id;
	return order_insert_steps(db, tx->a, &placed, e) && order_insert_sale(db, tx->a, o, e)
	    && order_insert_mail(db, tx->a, o, e);
}

static bool
place_body(struct db *db, void *arg, struct err *e)
{
	struct place_tx *tx = arg;
	const struct order_request *rq = tx->rq;
	struct cart_closing closing = {.owner = &rq->owner, .order_key = rq->key, .now_s = rq->now_s};
	struct checkout_draft draft;
	struct checkout_plan plan;
	struct cart cart;
	struct order o;
	bool found;

	*tx->placed = (struct order_placed){.token = tx->placed->token};
	if (!cart_close(db, tx->a, &closing, &cart, &draft, &found, e))
		return false;
	if (!found) {
		if (!find_placed(db, tx, &found, e))
			return false;
		return found || err_set(e, ERR_NOT_FOUND, "the session has no such cart");
	}
	if (!shop_control_may_place(db, tx->a, e))
		return false;
	draft.note = rq->note;
	if (!checkout_plan(tx->a, rq->rules, &cart, &draft, &plan, e) || !as_shown(rq, &plan, e)
	    || !order_from_plan(tx->a, rq->rules, &cart, &plan, rq->now_s, &o, e))
		return false;
	o.lang = rq->owner.lang;
	if (!write_order(db, tx, &o, e) || !take_stock(db, tx, &o, e))
		return false;
	tx->placed->id = o.id;
	tx->placed->number = o.number;
	return true;
}

bool
order_place(struct db *db, struct arena *a, const struct order_request *rq, struct order_placed *placed, struct err *e)
{
	struct place_tx tx = {.a = a, .rq = rq, .placed = placed};
	bool found;

	if (rq->key.n != CART_KEY_B)
		return err_set(e, ERR_INPUT, "the order key has %zu bytes", rq->key.n);
	secret_derive(str_n(rq->session->token, sizeof(rq->session->token)), rq->key, tx.token);
	*placed = (struct order_placed){.token = secret_base64url(a, tx.token, sizeof(tx.token))};
	if (db_tx(db, place_body, &tx, e))
		return true;
	if (e->kind != ERR_CONFLICT || e->code != DB_CODE_DUPLICATE)
		return false;
	/* Another submit with the same key was committed between our SELECT and our INSERT. */
	err_clear(e);
	if (!find_placed(db, &tx, &found, e))
		return false;
	return found || err_set(e, ERR_CONFLICT, "the order's key is in use");
}
