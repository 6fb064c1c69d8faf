#include <stdlib.h>

#include "store/catalogue/catalogue_cache.h"
#include "store/catalogue/catalogue_save_impl.h"
#include "store/sql.h"

/* A variant of the database, and the stock that it is to have. */
struct stocked {
	uint64_t id, product;
	int64_t to, by;
	bool tracked, sell_over;
	struct catalogue_stock *of;
};

struct stocking {
	struct catalogue_save *s;
	struct stocked *v;
	size_t n;
};

static bool
stock_find(struct stocking *x, unsigned stmt, struct catalogue_stock *rows, size_t n, struct err *e)
{
	struct json_out out;
	struct db_rows found;
	struct str json;
	size_t asked = 0;

	json_init(&out, x->s->a, ROWS_MAX_B, '[');
	for (size_t i = 0; i < n; i++) {
		if (rows[i].found)
			continue;
		asked++;
		json_begin(&out, '[');
		json_put_i64(&out, (int64_t)i);
		json_put_str(&out, rows[i].handle);
		for (size_t k = 0; k < PRODUCT_OPTIONS_MAX; k++)
			json_put_str(&out, rows[i].value[k]);
		json_put_str(&out, rows[i].sku);
		json_end(&out, ']');
	}
	if (asked == 0)
		return true;
	if (!json_done(&out, ']', &json, e) || !db_select_str(x->s->db, stmt, json, x->s->a, &found, e))
		return false;
	while (db_next(&found)) {
		struct catalogue_stock *row = &rows[c_u64_or(&found, 0)];
		struct stocked v = {.id = c_u64(&found), .of = row};

		v.product = c_u64(&found);
		v.tracked = c_u64(&found) != 0;
		v.sell_over = c_u64(&found) != 0;
		v.to = row->qty < 0 && !v.sell_over ? 0 : row->qty;
		if (row->found)
			continue;
		row->found = true;
		row->product = v.product;
		x->v[x->n++] = v;
	}
	return true;
}

static int
stocked_order(const void *a, const void *b)
{
	const struct stocked *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Locks the rows by variant id. */
static bool
stock_lock(struct stocking *x, struct err *e)
{
	uint64_t *ids = ARENA_ARRAY(x->s->a, uint64_t, x->n);
	struct db_rows found;
	struct str json;

	qsort(x->v, x->n, sizeof(x->v[0]), stocked_order);
	for (size_t i = 0; i < x->n; i++)
		ids[i] = x->v[i].id;
	if (!json_ids(x->s->a, ids, x->n, &json, e)
	    || !db_select_str(x->s->db, SQL_SAVE_STOCKS_ARE, json, x->s->a, &found, e))
		return false;
	while (db_next(&found)) {
		struct stocked key = {.id = c_u64(&found)}, *v;

		v = bsearch(&key, x->v, x->n, sizeof(key), stocked_order);
		ASSERT(v != NULL);
		v->by = v->to - c_i64(&found);
		v->of->moved = v->by != 0;
	}
	return true;
}

static bool
stock_write(struct stocking *x, struct err *e)
{
	struct rows_out stocks, moves;

	rows_out_init(&stocks, x->s->db, SQL_SAVE_STOCKS, x->s->a);
	rows_out_init(&moves, x->s->db, SQL_SAVE_STOCK_MOVES, x->s->a);
	for (size_t i = 0; i < x->n; i++) {
		const struct stocked *v = &x->v[i];

		if (v->by == 0)
			continue;
		json_begin(&stocks.rows, '[');
		json_put_i64(&stocks.rows, (int64_t)v->id);
		json_put_i64(&stocks.rows, v->by);
		json_put_i64(&stocks.rows, v->tracked);
		json_put_i64(&stocks.rows, v->sell_over);
		json_begin(&moves.rows, '[');
		json_put_i64(&moves.rows, (int64_t)v->id);
		json_put_i64(&moves.rows, v->by);
		json_put_i64(&moves.rows, STOCK_IMPORT);
		json_put_i64(&moves.rows, x->s->now_s);
		if (!rows_out_end(&stocks, e) || !rows_out_end(&moves, e))
			return false;
	}
	return rows_out_send(&stocks, e) && rows_out_send(&moves, e);
}

static int
id_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Lowest price and availability of the products whose stock changed; marks their cached values as stale. */
static bool
stock_products(struct stocking *x, struct err *e)
{
	uint64_t *ids = ARENA_ARRAY(x->s->a, uint64_t, x->n + 1);
	struct save_sums *sums;
	struct rows_out out;
	struct db_rows rows;
	struct str json;
	size_t n = 0, all = 0;

	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].by != 0)
			ids[all++] = x->v[i].product;
	qsort(ids, all, sizeof(ids[0]), id_order);
	for (size_t i = 0; i < all; i++)
		if (i == 0 || ids[i] != ids[n - 1])
			ids[n++] = ids[i];
	if (n == 0)
		return true;
	sums = ARENA_ARRAY(x->s->a, struct save_sums, n);
	if (!json_ids(x->s->a, ids, n, &json, e)
	    || !db_select_str(x->s->db, SQL_SAVE_SUMS_ARE, json, x->s->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows), *found = bsearch(&id, ids, n, sizeof(id), id_order);
		int64_t price = c_i64(&rows);
		struct stock st = {.on_hand = c_i64(&rows)};

		st.tracked = c_u64(&rows) != 0;
		st.sell_over = c_u64(&rows) != 0;
		save_sums_add(&sums[found - ids], price, &st);
	}
	rows_out_init(&out, x->s->db, SQL_SAVE_SUMS, x->s->a);
	for (size_t i = 0; i < n; i++) {
		json_begin(&out.rows, '[');
		json_put_i64(&out.rows, (int64_t)ids[i]);
		json_put_i64(&out.rows, sums[i].lowest_minor);
		json_put_i64(&out.rows, sums[i].best);
		if (!rows_out_end(&out, e))
			return false;
	}
	return rows_out_send(&out, e) && catalogue_all_changed(x->s->db, json, x->s->now_s, e);
}

bool
catalogue_save_stock(struct catalogue_save *s, struct catalogue_stock *rows, size_t n, struct err *e)
{
	struct stocking x = {.s = s};

	x.v = ARENA_ARRAY(s->a, struct stocked, n + 1);
	for (size_t i = 0; i < n; i++)
		rows[i].found = rows[i].moved = false;
	return stock_find(&x, SQL_SAVE_STOCK_OF_VALUES, rows, n, e) && stock_find(&x, SQL_SAVE_STOCK_OF_SKU, rows, n, e)
	       && (x.n == 0 || (stock_lock(&x, e) && stock_write(&x, e) && stock_products(&x, e)));
}
