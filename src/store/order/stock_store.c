#include "store/order/stock_store.h"

#include <stdlib.h>

#include "store/catalogue/catalogue_cache.h"
#include "store/sql.h"

static int
by_variant(const void *a, const void *b)
{
	const struct stock_change *x = a, *y = b;

	return (x->variant_id > y->variant_id) - (x->variant_id < y->variant_id);
}

static bool
book_movements(struct db *db, struct arena *a, unsigned sql, const struct stock_changes *c, struct err *e)
{
	bool sale = c->reason == STOCK_SALE;
	struct db_query *q = db_query_rows(db, sql, a, c->n);

	for (size_t i = 0; i < c->n; i++) {
		q_u64(q, c->v[i].variant_id);
		q_i64(q, sale ? -c->v[i].qty : c->v[i].qty);
		q_i64(q, c->reason);
		q_u64(q, c->order_id);
		q_i64(q, c->now_s);
	}
	return db_run(q, NULL, e);
}

static bool
read_stock(struct db_rows *rows, struct stock *s)
{
	if (!db_next(rows))
		return false;
	s->on_hand = c_i64(rows);
	s->tracked = c_u64(rows) != 0;
	s->sell_over = c_u64(rows) != 0;
	return true;
}

/* The stock row as it was before the UPDATE just executed, which packs the old row into LAST_INSERT_ID(). */
static struct stock
stock_before(const struct db *db)
{
	int64_t packed = (int64_t)db_last_id(db);
	struct stock s = {.tracked = (packed & 2) != 0, .sell_over = (packed & 1) != 0};

	s.on_hand = (packed - (packed & 3)) / 4;
	return s;
}

/* Locks the product's other stock rows, which happens rarely: only when an availability class changes. Two sales that
 * do so at once can deadlock and retry. Without the locks, each could count the other's variant as available. */
static bool
refresh_product(struct db *db, struct arena *a, uint64_t product_id, int64_t now_s, struct err *e)
{
	enum stock_avail best = STOCK_SOLD_OUT;
	struct db_rows rows;
	struct db_query *q;
	struct stock s;
	uint64_t n;

	if (!db_select_u64(db, SQL_STOCK_OF_PRODUCT, product_id, a, &rows, e))
		return false;
	while (read_stock(&rows, &s))
		best = stock_better(best, stock_avail(&s));
	q = db_query(db, SQL_PRODUCT_AVAIL);
	q_i64(q, best);
	q_u64(q, product_id);
	q_i64(q, best);
	if (!db_run(q, &n, e))
		return false;
	/* The product's page shows the class of each variant, so it is stale even when the best class is unchanged. */
	return catalogue_changed(db, product_id, now_s, e);
}

/* The rows are locked, so `before` holds committed values. */
static bool
refresh(struct db *db, struct arena *a, struct stock_changes *c, const struct stock *before, struct err *e)
{
	uint64_t last = 0;

	c->changed = ARENA_ARRAY(a, uint64_t, c->n);
	c->n_changed = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct stock now = before[i];

		now.on_hand += c->reason == STOCK_SALE ? -c->v[i].qty : c->v[i].qty;
		if (stock_avail(&before[i]) == stock_avail(&now) || c->v[i].product_id == last)
			continue;
		last = c->v[i].product_id;
		c->changed[c->n_changed++] = last;
		if (!refresh_product(db, a, last, c->now_s, e))
			return false;
	}
	return true;
}

/* Takes stock, or gives it back if `short_of` is NULL. */
static bool
stock_change(struct db *db, struct arena *a, struct stock_changes *c, uint64_t *short_of, struct err *e)
{
	bool take = short_of != NULL;
	struct stock *before = ARENA_ARRAY(a, struct stock, c->n + 1);

	if (c->n == 0)
		return true;
	qsort(c->v, c->n, sizeof(c->v[0]), by_variant);
	for (size_t i = 0; i < c->n; i++) {
		struct db_query *q = db_query(db, take ? SQL_STOCK_TAKE : SQL_STOCK_GIVE);
		uint64_t n;

		q_i64(q, c->v[i].qty);
		q_u64(q, c->v[i].variant_id);
		if (take)
			q_i64(q, c->v[i].qty);
		if (!db_run(q, &n, e))
			return false;
		if (n == 0 && take) {
			*short_of = c->v[i].variant_id;
			return err_set(e, ERR_CONFLICT, "fewer than %lld of variant %llu are left",
			    (long long)c->v[i].qty, (unsigned long long)c->v[i].variant_id);
		}
		if (n > 0)
			before[i] = stock_before(db);
	}
	return refresh(db, a, c, before, e);
}

bool
stock_book_sale(struct db *db, struct arena *a, const struct stock_changes *c, struct err *e)
{
	return c->n == 0 || book_movements(db, a, SQL_PLACING_MOVEMENT, c, e);
}

bool
stock_take(struct db *db, struct arena *a, struct stock_changes *c, uint64_t *short_of, struct err *e)
{
	return stock_change(db, a, c, short_of, e);
}

bool
stock_take_later(struct db *db, struct arena *a, struct stock_changes *c, uint64_t *short_of, struct err *e)
{
	return (c->n == 0 || book_movements(db, a, SQL_STOCK_MOVE, c, e)) && stock_change(db, a, c, short_of, e);
}

bool
stock_give(struct db *db, struct arena *a, struct stock_changes *c, struct err *e)
{
	return (c->n == 0 || book_movements(db, a, SQL_STOCK_MOVE, c, e)) && stock_change(db, a, c, NULL, e);
}

struct book_tx {
	struct arena *a;
	const struct stock_booking *b;
	struct stock_booked *done;
	int64_t now_s; /* of the database's clock */
	struct stock stock;
};

static bool
book_before(struct db *db, struct book_tx *tx, bool *found, struct err *e)
{
	struct db_rows rows;
	struct db_query *q = db_query(db, SQL_STOCK_BOOKED);

	q_bytes(q, tx->b->key);
	if (!db_find(q, tx->a, &rows, found, e))
		return false;
	tx->done->again = *found;
	return true;
}

static bool
book_lock(struct db *db, struct book_tx *tx, struct err *e)
{
	struct db_query *q = db_query(db, SQL_STOCK_LOCK);
	struct db_rows rows;
	bool found;

	q_u64(q, tx->b->variant_id);
	if (!db_find(q, tx->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no variant %llu", (unsigned long long)tx->b->variant_id);
	tx->stock.on_hand = c_i64(&rows);
	tx->stock.tracked = c_u64(&rows) != 0;
	tx->stock.sell_over = c_u64(&rows) != 0;
	tx->now_s = c_i64_or(&rows, 0);
	return tx->stock.tracked || err_set(e, ERR_CONFLICT, "its stock is not tracked: it is always available");
}

/* By how much goods moved since `since_s`. The row is locked, and sales book their movements before they wait for it:
 * so all movements that `on_hand` holds are committed, and no others. Buyers wait meanwhile, so only the newest are
 * read, until a whole piece is older. (Their times rise with their ids, but for transactions that overlapped.) */
static bool
book_moved(struct db *db, const struct book_tx *tx, int64_t since_s, int64_t *by, struct err *e)
{
	uint64_t before = INT64_MAX;
	int64_t n = STOCK_PIECE, newest_s = INT64_MAX;

	*by = 0;
	for (int i = 0; n == STOCK_PIECE && newest_s > since_s; i++) {
		struct db_query *q = db_query(db, SQL_STOCK_MOVED);
		struct db_rows rows;

		if (i > STOCK_PIECES)
			return err_set(e, ERR_CONFLICT, "it has moved more than %d times since it was counted",
			    STOCK_PIECE * STOCK_PIECES);
		q_i64(q, since_s);
		q_u64(q, tx->b->variant_id);
		q_u64(q, before);
		q_u64(q, STOCK_PIECE);
		if (!db_get(q, tx->a, &rows, e))
			return false;
		*by += c_i64(&rows);
		before = (uint64_t)c_i64(&rows);
		n = c_i64(&rows);
		newest_s = c_i64(&rows);
	}
	return true;
}

static bool
book_target(struct db *db, struct book_tx *tx, int64_t *target, struct err *e)
{
	const struct stock_booking *b = tx->b;
	int64_t moved = 0;

	if (b->how == STOCK_COUNT && b->counted_at != 0 && !book_moved(db, tx, b->counted_at, &moved, e))
		return false;
	*target = b->how == STOCK_BY ? tx->stock.on_hand + b->n : b->n + moved;
	return true;
}

static bool
book_write(struct db *db, const struct book_tx *tx, int64_t by, struct err *e)
{
	const struct stock_booking *b = tx->b;
	struct db_query *q = db_query(db, SQL_STOCK_BOOK);
	uint64_t n;

	q_u64(q, b->variant_id);
	q_i64(q, by);
	q_i64(q, b->reason);
	q_i64(q, tx->now_s);
	q_str(q, str_z(b->actor));
	q_str(q, b->ref);
	q_bytes(q, b->key);
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(db, SQL_STOCK_BY);
	q_i64(q, by);
	q_u64(q, b->variant_id);
	q_i64(q, tx->stock.on_hand);
	if (!db_run(q, &n, e))
		return false;
	return n == 1 || err_set(e, ERR_BUG, "stock changed while its row was locked");
}

static bool
book_body(struct db *db, void *arg, struct err *e)
{
	struct book_tx *tx = arg;
	struct stock after;
	int64_t target;
	bool found;

	*tx->done = (struct stock_booked){0};
	/* the key is looked up behind the lock: an attempt whose outcome is unknown may still hold it */
	if (!book_lock(db, tx, e) || !book_before(db, tx, &found, e) || !book_target(db, tx, &target, e))
		return false;
	after = tx->stock;
	if (!found)
		after.on_hand = target;
	tx->done->before = tx->stock.on_hand;
	tx->done->after = after.on_hand;
	if (after.on_hand < 0 && !after.sell_over && after.on_hand != tx->stock.on_hand)
		return err_set(e, ERR_CONFLICT, "only %lld are on hand", (long long)tx->stock.on_hand);
	if (after.on_hand == tx->stock.on_hand || tx->b->dry_run)
		return true;
	tx->done->stale = stock_avail(&after) != stock_avail(&tx->stock);
	return book_write(db, tx, after.on_hand - tx->stock.on_hand, e)
	    && (!tx->done->stale || refresh_product(db, tx->a, tx->b->product_id, tx->now_s, e));
}

bool
stock_book(struct db *db, struct arena *a, const struct stock_booking *b, struct stock_booked *done, struct err *e)
{
	struct book_tx tx = {.a = a, .b = b, .done = done};

	return db_tx(db, book_body, &tx, e);
}

bool
stock_book_within(
    struct db *db, struct arena *a, const struct stock_booking *b, struct stock_booked *done, struct err *e)
{
	return book_body(db, &(struct book_tx){.a = a, .b = b, .done = done}, e);
}

/* ---- to look at ---- */

static bool
look_read(struct db_query *q, struct arena *a, struct stock_looks *out, struct err *e)
{
	struct db_rows rows;

	if (!db_select(q, a, &rows, e))
		return false;
	*out = (struct stock_looks){.v = ARENA_ARRAY(a, struct stock_look, rows.n + 1)};
	while (db_next(&rows)) {
		struct stock_look *l = &out->v[out->n++];

		l->variant_id = c_u64(&rows);
		l->product_id = c_u64(&rows);
		l->sku = c_str(&rows);
		l->handle = c_str(&rows);
		l->title = c_str(&rows);
		l->options = c_str_or(&rows, STR(""));
		l->stock.on_hand = c_i64(&rows);
		l->stock.tracked = c_u64(&rows) != 0;
		l->stock.sell_over = c_u64(&rows) != 0;
		l->sold = c_i64(&rows) != 0;
	}
	return true;
}

bool
stock_by_sku(struct db *db, struct arena *a, struct str sku, struct str lang, struct stock_looks *out, struct err *e)
{
	struct db_query *q = db_query(db, SQL_STOCK_OF_SKU);
	size_t n;

	q_str(q, lang);
	q_str(q, sku);
	if (!look_read(q, a, out, e))
		return false;
	for (n = 0; n < out->n && out->v[n].sold; n++) /* these come first */
		;
	if (n > 0)
		out->n = n;
	return true;
}

bool
stock_by_id(
    struct db *db, struct arena *a, uint64_t variant_id, struct str lang, struct stock_looks *out, struct err *e)
{
	struct db_query *q = db_query(db, SQL_STOCK_OF_ID);

	q_str(q, lang);
	q_u64(q, variant_id);
	return look_read(q, a, out, e);
}

bool
stock_low(struct db *db, struct arena *a, struct str lang, int64_t most, uint64_t *after, struct stock_looks *out,
    struct err *e)
{
	struct db_query *q;
	struct db_rows rows;
	uint64_t last;

	*out = (struct stock_looks){0};
	if (!db_select_u64(db, SQL_STOCK_STRETCH, *after, a, &rows, e) || !db_next(&rows))
		return e->kind == ERR_NONE;
	last = c_u64_or(&rows, 0);
	if (last > 0) {
		q = db_query(db, SQL_STOCK_LOW);
		q_str(q, lang);
		q_u64(q, *after);
		q_u64(q, last);
		q_i64(q, most);
		if (!look_read(q, a, out, e))
			return false;
	}
	*after = last;
	return true;
}

bool
stock_moves(struct db *db, struct arena *a, uint64_t variant_id, uint64_t before, uint64_t most,
    struct stock_moves *out, struct err *e)
{
	struct db_query *q = db_query(db, variant_id == 0 ? SQL_STOCK_MOVES : SQL_STOCK_MOVES_OF);
	struct db_rows rows;

	if (variant_id != 0)
		q_u64(q, variant_id);
	q_u64(q, before == 0 ? INT64_MAX : before);
	q_u64(q, most);
	if (!db_select(q, a, &rows, e))
		return false;
	*out = (struct stock_moves){.v = ARENA_ARRAY(a, struct stock_move, rows.n + 1)};
	while (db_next(&rows)) {
		struct stock_move *m = &out->v[out->n++];

		m->id = c_u64(&rows);
		m->variant_id = c_u64(&rows);
		m->sku = c_str(&rows);
		m->qty = c_i64(&rows);
		m->reason = (enum stock_reason)c_u64(&rows);
		m->at = c_i64(&rows);
		m->order = c_str(&rows);
		m->actor = c_str(&rows);
		m->ref = c_str(&rows);
	}
	return true;
}
