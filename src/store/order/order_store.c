#include "store/order/order_store.h"

#include "plat/db/db_code.h"
#include "store/control_store.h"
#include "store/order/order_receipt.h"
#include "store/order/order_write.h"
#include "store/order/stock_store.h"
#include "store/sql.h"

#define TURNS 4096 /* rows of placing_turn */

struct place_tx {
	struct arena *a;
	const struct order_request *rq;
	struct order_placed *placed;
	struct str link, token; /* by the keys of links, or none; as earlier releases made it, from the session */
	uint8_t link_hash[SECRET_HASH_B], token_hash[SECRET_HASH_B];
	bool linked; /* the order is found by link_hash */
	uint64_t identity; /* of the database */
	struct order_receipt receipt;
};

static void
make_links(struct place_tx *tx)
{
	const struct order_request *rq = tx->rq;
	uint8_t token[SECRET_TOKEN_B];

	secret_derive(str_n(rq->session->token, sizeof(rq->session->token)), rq->key, token);
	secret_hash(str_n(token, sizeof(token)), tx->token_hash);
	tx->token = secret_base64url(tx->a, token, sizeof(token));
	if (rq->links == NULL || rq->links->n == 0)
		return;
	tx->link = order_link(tx->a, rq->links, rq->key, rq->now_s);
	order_link_hash(rq->links, rq->key, tx->link_hash);
}

/* Chooses the order's link: a found order has the one that it was placed with. */
static bool
set_link(struct place_tx *tx, bool linked, struct err *e)
{
	tx->linked = linked;
	tx->placed->token = linked ? tx->link : tx->token;
	return tx->placed->token.n > 0
	       || err_set(e, ERR_UPSTREAM, "the link of the order cannot be made: see kontor doctor secrets");
}

static struct str
hash_of_link(const struct place_tx *tx)
{
	return str_n(tx->linked ? tx->link_hash : tx->token_hash, SECRET_HASH_B);
}

/* Finds the order with this key. ERR_NOT_FOUND when it belongs to another session. */
static bool
find_placed(struct db *db, struct place_tx *tx, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_BY_KEY);
	struct db_rows rows;

	q_bytes(q, tx->rq->key);
	q_bytes(q, str_n(tx->link_hash, sizeof(tx->link_hash)));
	q_bytes(q, str_n(tx->token_hash, sizeof(tx->token_hash)));
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
	return set_link(tx, c_i64_or(&rows, 1) != 0, e);
}

static bool
may_place(struct db *db, struct place_tx *tx, struct shop_control *c, struct err *e)
{
	const struct order_guard *g = tx->rq->guard;

	if (!shop_control_may_place(db, tx->a, c, e))
		return false;
	tx->identity = c->identity;
	return g == NULL || !control_older(g->control, c->identity)
	    || err_set(e, ERR_BUSY, "the database is older than what was acknowledged: kontor receipts compare");
}

static struct str
limited_client(const struct order_request *rq)
{
	bool limited = rq->rules->unpaid_orders_max > 0 || rq->rules->unpaid_pieces_max > 0;

	return limited ? rq->client : STR_NONE;
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
	return !plan->load.downloads || rq->early
	    || err_set(e, ERR_INPUT, "downloads without consent to their early delivery");
}

/* The client's turn comes before the count, so that its submits at the same time count each other. It ends with the
 * transaction. */
static bool
within_unpaid(struct db *db, struct place_tx *tx, const struct order *o, struct err *e)
{
	const struct shop_rules *rules = tx->rq->rules;
	struct db_query *q;
	struct db_rows rows;
	int64_t orders, pieces;
	uint64_t n;

	if (o->client.n == 0)
		return true;
	q = db_query(db, SQL_PLACING_TURN);
	q_u64(q, ((uint8_t)o->client.p[0] << 8 | (uint8_t)o->client.p[1]) % TURNS);
	if (!db_run(q, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_UPSTREAM, "placing_turn lacks a row: it has %d", TURNS);
	q = db_query(db, SQL_PLACING_HELD);
	q_bytes(q, o->client);
	if (!db_get(q, tx->a, &rows, e))
		return false;
	orders = c_i64(&rows);
	pieces = c_i64(&rows);
	return ((rules->unpaid_orders_max == 0 || orders <= rules->unpaid_orders_max)
		   && (rules->unpaid_pieces_max == 0 || pieces <= rules->unpaid_pieces_max))
	    || err_set(e, ERR_UNPAID, "with this one, %lld unpaid orders would hold %lld pieces", (long long)orders,
		(long long)pieces);
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
	    || !within_unpaid(db, tx, o, e) || !stock_take(db, tx->a, &c, &tx->placed->short_of, e))
		return false;
	tx->placed->changed = c.changed;
	tx->placed->n_changed = c.n_changed;
	return true;
}

/* A new id that is not higher than all settled ones was given before: the rows of those orders are lost. */
static bool
id_is_new(const struct place_tx *tx, const struct order *o, struct err *e)
{
	const struct order_guard *g = tx->rq->guard;
	uint64_t floor = g == NULL ? 0 : control_order_floor(g->control, g->window_ns);

	if (o->id > floor)
		return true;
	control_set_older(g->control, tx->identity);
	log_put(LOG_ERROR,
	    "event=database_older id=%llu acknowledged=%llu msg=\"ordering stops: an order got an id that "
	    "was acknowledged before; see kontor receipts compare\"",
	    (unsigned long long)o->id, (unsigned long long)floor);
	return err_set(e, ERR_BUSY, "the database is older than what was acknowledged: kontor receipts compare");
}

static bool
insert_placed_topic(struct db *db, struct arena *a, const struct order *o, struct err *e)
{
	struct order_topic_row row = {
	    .order_id = o->id, .version = ORDER_FIRST_VERSION, .topic = ORDER_TOPIC_PLACED, .at = o->created_at};

	return order_insert_topic(db, a, &row, e);
}

static bool
write_order(struct db *db, struct place_tx *tx, struct order *o, struct err *e)
{
	if (!set_link(tx, tx->link.n > 0, e)
	    || !order_insert(db, tx->a, o, tx->rq->rules->number_prefix, hash_of_link(tx), e) || !id_is_new(tx, o, e))
		return false;
	return order_insert_placed(db, tx->a, o, e) && order_insert_sale(db, tx->a, o, e)
	    && insert_placed_topic(db, tx->a, o, e);
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
	struct shop_control control;
	struct order o;
	bool found;

	*tx->placed = (struct order_placed){.id = 0};
	if (!cart_close(db, tx->a, &closing, &cart, &draft, &found, e))
		return false;
	if (!found) {
		if (!find_placed(db, tx, &found, e))
			return false;
		return found || err_set(e, ERR_NOT_FOUND, "the session has no such cart");
	}
	if (!may_place(db, tx, &control, e))
		return false;
	draft.note = rq->note;
	if (!checkout_plan(tx->a, rq->rules, &cart, &draft, &plan, e) || !as_shown(rq, &plan, e)
	    || !order_from_plan(tx->a, rq->rules, &cart, &plan, control.now_s, &o, e))
		return false;
	o.lang = rq->owner.lang;
	if (o.states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_DUE)
		o.client = limited_client(rq);
	if (!write_order(db, tx, &o, e))
		return false;
	order_receipt_prepare(&tx->receipt, &o, control.identity);
	if (!take_stock(db, tx, &o, e) || !order_receipt_intent(&tx->receipt, e))
		return false;
	tx->placed->id = o.id;
	tx->placed->number = o.number;
	return true;
}

static void
acknowledge(struct db *db, struct place_tx *tx)
{
	order_receipt_acknowledge(
	    &tx->receipt, db, tx->a, &(struct order_shown){tx->placed->id, tx->rq->key, hash_of_link(tx)});
}

bool
order_place(struct db *db, struct arena *a, const struct order_request *rq, struct order_placed *placed, struct err *e)
{
	struct place_tx tx = {.a = a, .rq = rq, .placed = placed};
	bool found;

	if (rq->key.n != CART_KEY_B)
		return err_set(e, ERR_INPUT, "the order key has %zu bytes", rq->key.n);
	make_links(&tx);
	*placed = (struct order_placed){.id = 0};
	order_receipt_init(&tx.receipt, rq->guard);
	if (db_tx(db, place_body, &tx, e)) {
		acknowledge(db, &tx);
		return true;
	}
	if (e->kind != ERR_CONFLICT || e->code != DB_CODE_DUPLICATE)
		return false;
	/* Another submit with the same key was committed between our SELECT and our INSERT. */
	err_clear(e);
	if (!find_placed(db, &tx, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_CONFLICT, "the order's key is in use");
	acknowledge(db, &tx);
	return true;
}
