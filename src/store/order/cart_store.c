#include "store/order/cart_store.h"

#include <string.h>

#include "plat/text/secret.h"
#include "store/catalogue/price_plan.h"
#include "store/order/draft.h"
#include "store/sql.h"

#define CART_OPTIONS 3
#define MONTH_S (INT64_C(30) * 86400)

static struct str
join_values(struct arena *a, struct str v1, struct str v2, struct str v3)
{
	struct str all = v1;

	if (v2.n > 0)
		all = str_fmt(a, "%.*s / %.*s", STR_ARG(all), STR_ARG(v2));
	if (v3.n > 0)
		all = str_fmt(a, "%.*s / %.*s", STR_ARG(all), STR_ARG(v3));
	return all;
}

static void
read_texts(struct db_rows *rows, struct arena *a, struct cart_line *line)
{
	struct str v1, v2, v3;

	line->title = c_str(rows);
	line->handle = c_str(rows);
	line->sku = c_str(rows);
	v1 = c_str(rows);
	v2 = c_str(rows);
	v3 = c_str(rows);
	line->options = join_values(a, v1, v2, v3);
	line->image_alt = c_str(rows);
	if (!c_is_null(rows))
		line->image_hash = c_bytes(rows);
	if (!c_is_null(rows))
		line->image_w = (int64_t)c_u64(rows);
	if (!c_is_null(rows))
		line->image_h = (int64_t)c_u64(rows);
}

static bool
cart_read_line(struct db_rows *rows, struct arena *a, struct cart_line *line, int64_t *added, struct err *e)
{
	struct price_now now;
	int64_t now_s;

	line->variant_id = c_u64(rows);
	line->product_id = c_u64(rows);
	line->qty = (int)c_i64(rows);
	line->seen_minor = c_i64(rows);
	line->on_sale = c_i64(rows) != 0;
	line->price_minor = c_i64(rows);
	if (!price_plan_read(rows, line->price_minor, &now, &now_s, e))
		return false;
	line->price_minor = now.minor;
	line->was_minor = now.was_minor;
	line->tax_class = (enum tax_class)c_i64(rows);
	line->ships = c_u64(rows) != 0;
	line->weight_mg = c_i64(rows);
	line->stock.on_hand = c_i64(rows);
	line->stock.tracked = c_u64(rows) != 0;
	line->stock.sell_over = c_u64(rows) != 0;
	read_texts(rows, a, line);
	*added = c_i64(rows);
	return true;
}

/* The statement reads by primary key; this sorts the lines by the time at which they were added. */
static bool
cart_put_line(struct cart *cart, int64_t *added, const struct cart_line *line, int64_t at, struct err *e)
{
	size_t i = cart->n++;

	if (line->tax_class >= TAX__MAX)
		return err_set(
		    e, ERR_BUG, "product %llu has no tax class", (unsigned long long)line->product_id);
	for (; i > 0 && added[i - 1] > at; i--) {
		cart->lines[i] = cart->lines[i - 1];
		added[i] = added[i - 1];
	}
	cart->lines[i] = *line;
	added[i] = at;
	return true;
}

/* Reads the cart with this id, or the owner's open cart. */
static bool
cart_load(struct db *db, struct arena *a, const struct cart_owner *owner, struct cart *cart,
    struct checkout_draft *draft,
    struct err *e)
{
	bool own = str_eq(owner->lang, owner->fallback);
	struct db_query *q = db_query(db, own ? SQL_CART_FIND_OWN : SQL_CART_FIND);
	struct db_rows rows;
	int64_t *added;

	*draft = (struct checkout_draft){0};
	q_str(q, owner->lang);
	if (!own)
		q_str(q, owner->fallback);
	for (int i = 0; !own && i < CART_OPTIONS; i++)
		q_str(q, owner->lang);
	if (cart->id != 0)
		q_u64(q, cart->id);
	else
		q_null(q);
	q_u64(q, owner->session_id);
	if (!db_select(q, a, &rows, e))
		return false;
	cart->lines = ARENA_ARRAY(a, struct cart_line, rows.n + 1);
	added = ARENA_ARRAY(a, int64_t, rows.n + 1);
	while (db_next(&rows)) {
		struct cart_line line = {0};
		struct str key;
		int64_t at;

		cart->id = c_u64(&rows);
		key = c_bytes(&rows);
		ASSERT(key.n == sizeof(cart->order_key));
		memcpy(cart->order_key, key.p, key.n);
		if (!c_is_null(&rows)) { /* present in the first row only */
			const struct draft_key draft_key = {owner->token, cart->id};

			draft_parse(a, draft_unseal(a, &draft_key, c_str(&rows)), draft);
		}
		if (!cart_read_line(&rows, a, &line, &at, e) || !cart_put_line(cart, added, &line, at, e))
			return false;
	}
	return true;
}

bool
cart_find(struct db *db, struct arena *a, const struct cart_owner *owner, struct cart *cart,
    struct checkout_draft *draft, bool *found, struct err *e)
{
	*cart = (struct cart){.session_id = owner->session_id};
	*found = false;
	if (!cart_load(db, a, owner, cart, draft, e))
		return false;
	*found = cart->n > 0;
	return true;
}

bool
cart_close(struct db *db, struct arena *a, const struct cart_closing *c, struct cart *cart,
    struct checkout_draft *draft, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_ORDERED);
	uint64_t n;

	ASSERT(c->order_key.n == sizeof(cart->order_key));
	*cart = (struct cart){.session_id = c->owner->session_id};
	*found = false;
	q_i64(q, c->now_s);
	q_u64(q, c->owner->session_id);
	q_bytes(q, c->order_key);
	if (!db_run(q, &n, e))
		return false;
	*found = n > 0;
	if (!*found)
		return true;
	cart->id = db_last_id(db);
	if (!cart_load(db, a, c->owner, cart, draft, e))
		return false;
	memcpy(cart->order_key, c->order_key.p, sizeof(cart->order_key)); /* the row has a hash of it by now */
	return true;
}

bool
cart_count(struct db *db, struct arena *a, uint64_t session_id, int64_t *units, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_COUNT);
	struct db_rows rows;

	q_u64(q, session_id);
	if (!db_get(q, a, &rows, e))
		return false;
	*units = c_i64(&rows);
	return true;
}

static bool
make(struct db *db, const struct cart_change *c, uint64_t *cart_id, struct err *e)
{
	struct db_query *q;
	uint8_t key[CART_KEY_B];

	secret_random(key, sizeof(key));
	q = db_query(db, SQL_CART_MAKE);
	q_u64(q, c->session_id);
	q_bytes(q, str_n(key, sizeof(key)));
	q_i64(q, c->now_s);
	q_i64(q, c->now_s);
	if (!db_run(q, NULL, e))
		return false;
	*cart_id = db_last_id(db);
	return true;
}

/* A change that is retried because its COMMIT was lost may already have been committed. To count it once, the retry
 * compares the line's quantity with the one before the change: if they differ, the change was committed. (A change of
 * the same line by another tab at that moment can mislead the retry: this change may be lost or, when the other tab
 * restored the previous quantity, made twice.) */
struct change_tx {
	const struct cart_change *change;
	bool (*apply)(struct db *, struct change_tx *, uint64_t cart_id, struct err *);
	bool make;
	bool adds;	  /* the attempt added to a quantity */
	bool unknown;	  /* and the COMMIT was started */
	uint64_t cart_id; /* in this cart */
	int64_t before;	  /* the previous quantity; 0: no such line */
};

/* Remembers the previous quantity, which the statement just executed returned as LAST_INSERT_ID(). */
static void
note_before(struct change_tx *tx, const struct db *db, uint64_t cart_id)
{
	tx->adds = true;
	tx->cart_id = cart_id;
	tx->before = (int64_t)db_last_id(db);
}

/* True if the earlier attempt was committed. The cart's row is locked, so that attempt has ended. The lines of a cart
 * that became an order no longer change. */
static bool
is_in(struct db *db, const struct change_tx *tx, bool *in, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_QTY);
	struct db_rows rows;
	struct arena a;
	bool ok, found;

	arena_init(&a, 1 << 16);
	q_u64(q, tx->cart_id);
	q_u64(q, tx->change->variant_id);
	ok = db_find(q, &a, &rows, &found, e);
	if (ok)
		*in = (found ? c_i64(&rows) : 0) != tx->before;
	arena_fini(&a);
	return ok;
}

/* Locks the open cart's row by updating its time of change. */
static bool
hold(struct db *db, const struct change_tx *tx, uint64_t *cart_id, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_HOLD);
	uint64_t n;

	q_i64(q, tx->change->now_s);
	q_u64(q, tx->change->session_id);
	if (!db_run(q, &n, e))
		return false;
	*cart_id = n > 0 ? db_last_id(db) : 0;
	return true;
}

/* Finds the open cart and locks its row, so that it stays open until the change is committed. */
static bool
change_body(struct db *db, void *arg, struct err *e)
{
	struct change_tx *tx = arg;
	bool in = false;
	uint64_t cart_id;

	if (!hold(db, tx, &cart_id, e) || (tx->unknown && !is_in(db, tx, &in, e)))
		return false;
	if (in)
		return true;
	tx->unknown = tx->adds = false;
	if ((cart_id == 0 && tx->make && !make(db, tx->change, &cart_id, e))
	    || (cart_id != 0 && !tx->apply(db, tx, cart_id, e)))
		return false;
	tx->unknown = tx->adds;
	return true;
}

static bool
change(struct db *db, struct change_tx *tx, struct err *e)
{
	return db_tx(db, change_body, tx, e);
}

static bool
apply_add(struct db *db, struct change_tx *tx, uint64_t cart_id, struct err *e)
{
	const struct cart_change *c = tx->change;
	struct db_query *q = db_query(db, SQL_CART_ADD);
	uint64_t n;

	q_u64(q, cart_id);
	q_i64(q, c->qty);
	q_i64(q, c->now_s);
	q_u64(q, c->variant_id);
	q_u64(q, cart_id);
	q_u64(q, cart_id);
	q_u64(q, c->variant_id);
	if (!db_run(q, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT, "variant %llu is not sold, or the cart is full",
		    (unsigned long long)c->variant_id);
	note_before(tx, db, cart_id);
	return true;
}

bool
cart_add(struct db *db, const struct cart_change *c, struct err *e)
{
	struct change_tx tx = {.change = c, .apply = apply_add, .make = true};

	if (c->qty < 1 || c->qty > CART_QTY_MAX)
		return err_set(e, ERR_INPUT, "quantity %d is out of range", c->qty);
	return change(db, &tx, e);
}

bool
cart_see(struct db *db, uint64_t cart_id, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_SEEN);

	q_u64(q, cart_id);
	return db_run(q, NULL, e);
}

static bool
apply_set(struct db *db, struct change_tx *tx, uint64_t cart_id, struct err *e)
{
	const struct cart_change *c = tx->change;
	struct db_query *q = db_query(db, c->qty < 1 ? SQL_CART_REMOVE : SQL_CART_SET);

	if (c->qty >= 1)
		q_i64(q, c->qty < CART_QTY_MAX ? c->qty : CART_QTY_MAX);
	q_u64(q, cart_id);
	q_u64(q, c->variant_id);
	return db_run(q, NULL, e) && cart_see(db, cart_id, e);
}

bool
cart_set(struct db *db, const struct cart_change *c, struct err *e)
{
	struct change_tx tx = {.change = c, .apply = apply_set};

	return change(db, &tx, e);
}

static bool
apply_step(struct db *db, struct change_tx *tx, uint64_t cart_id, struct err *e)
{
	const struct cart_change *c = tx->change;
	struct db_query *q = db_query(db, SQL_CART_STEP);
	uint64_t n;

	q_i64(q, c->qty);
	q_u64(q, cart_id);
	q_u64(q, c->variant_id);
	if (!db_run(q, &n, e))
		return false;
	if (n > 0)
		note_before(tx, db, cart_id);
	return cart_see(db, cart_id, e);
}

bool
cart_step(struct db *db, const struct cart_change *c, struct err *e)
{
	struct change_tx tx = {.change = c, .apply = apply_step};

	return change(db, &tx, e);
}

struct draft_tx {
	uint64_t cart_id;
	struct str stored;
	int64_t now_s;
};

static bool
draft_body(struct db *db, void *arg, struct err *e)
{
	const struct draft_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_CART_DRAFT);
	uint64_t n;

	q_str(q, tx->stored);
	q_i64(q, tx->now_s);
	q_u64(q, tx->cart_id);
	if (!db_run(q, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_CONFLICT, "the cart has become an order");
}

/* A single statement in a transaction, since db_tx() retries deadlocks. */
bool
cart_draft_save(struct db *db, struct arena *a, const struct cart_owner *owner, uint64_t cart_id,
    const struct checkout_draft *draft, int64_t now_s, struct err *e)
{
	const struct draft_key key = {owner->token, cart_id};
	struct draft_tx tx = {.cart_id = cart_id, .now_s = now_s};
	struct str json;

	if (!draft_format(a, draft, &json, e))
		return false;
	tx.stored = draft_seal(a, &key, json);
	return db_tx(db, draft_body, &tx, e);
}

bool
cart_forget_drafts(struct db *db, int64_t before_s, uint64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_FORGET_DRAFTS);

	q_i64(q, before_s - MONTH_S);
	q_i64(q, before_s);
	return db_run(q, n, e);
}

static struct db_query *
query_choice(struct db *db, const struct cart_choice *c)
{
	bool any = c->values[0].n + c->values[1].n + c->values[2].n > 0;
	struct db_query *q;

	if (c->picks[0] != 0) {
		uint64_t second = c->picks[1] != 0 ? c->picks[1] : c->picks[0];

		q = db_query(db, SQL_CART_PICKED);
		q_u64(q, second);
		q_u64(q, c->picks[2] != 0 ? c->picks[2] : second);
		q_u64(q, c->picks[0]);
		q_u64(q, c->product_id);
		return q;
	}
	q = db_query(db, any ? SQL_CART_VARIANT : SQL_CART_FIRST_VARIANT);
	q_u64(q, c->product_id);
	for (size_t i = 0; any && i < ARRAY_LEN(c->values); i++)
		q_str(q, c->values[i]);
	return q;
}

bool
cart_choose(struct db *db, struct arena *a, const struct cart_choice *c, uint64_t *variant_id, struct err *e)
{
	struct db_rows rows;
	bool found;

	if (!db_find(query_choice(db, c), a, &rows, &found, e))
		return false;
	*variant_id = found ? c_u64(&rows) : 0;
	return true;
}

bool
cart_choose_nearest(
    struct db *db, struct arena *a, const struct cart_choice *c, struct cart_nearest *nearest, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CART_NEAREST);
	struct db_rows rows;

	q_u64(q, c->product_id);
	for (size_t i = 0; i < ARRAY_LEN(c->values); i++)
		q_str(q, c->values[i]);
	if (!db_get(q, a, &rows, e))
		return false;
	nearest->variant_id = c_u64(&rows);
	nearest->handle = c_str(&rows);
	return true;
}
