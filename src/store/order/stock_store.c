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
