#include <stdlib.h>

#include "store/catalogue/catalogue_save_impl.h"
#include "store/catalogue/price_plan.h"
#include "store/catalogue/variant_row.h"
#include "store/control_store.h"
#include "store/sql.h"

/* A variant that is in the database. */
struct kept {
	uint64_t id, position;
	bool gone, matched;
	struct product_variant stored; /* its stock is the stock on hand */
};

/* The variants of one product. */
struct variants {
	struct catalogue_save *s;
	const struct save_item *it;
	const struct product *p;
	struct kept *kept; /* in the order of their ids */
	size_t n;
	struct kept **of; /* for each variant of the product; NULL: new */
	struct catalogue_saved *out;
};

/* Rows of all products. */
struct save_writing {
	struct save_batch *b;
	struct variants *vs; /* for each item */
	struct rows_out fresh, stocks, moves, prices;
	uint64_t *repriced; /* the variants whose price changed */
	size_t n_repriced;
};

/* A change of an existing stock row. */
struct restock {
	struct variants *vs;
	const struct kept *have;
	const struct product_variant *v;
	bool kind, count; /* the change is of tracked or sell_over; of the stock level */
	int64_t by;
};

static void
take_kept(struct db_rows *r, struct kept *k)
{
	k->id = c_u64(r);
	k->position = c_u64(r);
	k->gone = c_u64(r) != 0;
	variant_row_read(r, &k->stored);
}

static bool
same_values(const struct product_variant *a, const struct product_variant *b)
{
	return str_eq(a->value[0], b->value[0]) && str_eq(a->value[1], b->value[1]) && str_eq(a->value[2], b->value[2]);
}

static int
kept_by_values(const void *a, const void *b)
{
	const struct product_variant *x = &(*(struct kept *const *)a)->stored, *y = &(*(struct kept *const *)b)->stored;
	int diff = 0;

	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX && diff == 0; i++)
		diff = str_cmp(x->value[i], y->value[i]);
	return diff;
}

/* The values of a product's variants are unique, also among those that are gone. */
static void
match_values(struct variants *vs, struct kept **sorted)
{
	for (size_t k = 0; k < vs->n; k++)
		sorted[k] = &vs->kept[k];
	qsort(sorted, vs->n, sizeof(sorted[0]), kept_by_values);
	for (size_t i = 0; i < vs->p->n_variants && vs->n > 0; i++) {
		struct kept key = {.stored = vs->p->variants[i]}, *p = &key, **found;

		found = bsearch(&p, sorted, vs->n, sizeof(sorted[0]), kept_by_values);
		if (found == NULL)
			continue;
		(*found)->matched = true;
		vs->of[i] = *found;
	}
}

/* A variant with its place in a list, for sorting by SKU. */
struct coded {
	struct str sku;
	size_t at;
};

static int
by_sku(const void *a, const void *b)
{
	return str_cmp(((const struct coded *)a)->sku, ((const struct coded *)b)->sku);
}

/* The number of entries, from the first, with its SKU. */
static size_t
run_of(const struct coded *c, size_t n)
{
	size_t i = 1;

	while (i < n && str_eq(c[i].sku, c[0].sku))
		i++;
	return i;
}

/* A SKU that several variants have identifies none of them. */
static void
match_skus(struct variants *vs, bool gone, struct coded *fresh, struct coded *have)
{
	size_t n = 0, m = 0, run, of;

	for (size_t i = 0; i < vs->p->n_variants; i++)
		if (vs->p->variants[i].sku.n > 0)
			fresh[n++] = (struct coded){vs->p->variants[i].sku, i};
	for (size_t k = 0; k < vs->n; k++)
		if (vs->kept[k].gone == gone && vs->kept[k].stored.sku.n > 0)
			have[m++] = (struct coded){vs->kept[k].stored.sku, k};
	qsort(fresh, n, sizeof(fresh[0]), by_sku);
	qsort(have, m, sizeof(have[0]), by_sku);
	for (size_t i = 0, k = 0; i < n && k < m;) {
		int diff = str_cmp(fresh[i].sku, have[k].sku);
		struct kept *kept = &vs->kept[have[k].at];

		run = run_of(&fresh[i], n - i);
		of = run_of(&have[k], m - k);
		if (diff == 0 && run == 1 && of == 1 && !kept->matched && vs->of[fresh[i].at] == NULL) {
			kept->matched = true;
			vs->of[fresh[i].at] = kept;
		}
		i += diff <= 0 ? run : 0;
		k += diff >= 0 ? of : 0;
	}
}

/* By the options; then by the SKU, so that a variant survives a change of its option values. */
static void
match(struct variants *vs)
{
	struct arena *a = vs->s->a;
	struct coded *fresh, *have;

	if (vs->n == 0)
		return;
	match_values(vs, ARENA_ARRAY(a, struct kept *, vs->n));
	fresh = ARENA_ARRAY(a, struct coded, vs->p->n_variants);
	have = ARENA_ARRAY(a, struct coded, vs->n);
	match_skus(vs, false, fresh, have);
	match_skus(vs, true, fresh, have);
}

static bool
variant_load(struct save_writing *w, struct err *e)
{
	struct save_batch *b = w->b;
	struct db_rows rows;
	struct kept *kept;

	if (!save_select_for(
		b, SQL_SAVE_VARIANTS_ARE, b->s->set_stock ? save_is_known : save_is_changed, &rows, e))
		return false;
	kept = ARENA_ARRAY(b->s->a, struct kept, rows.n + 1);
	for (; db_next(&rows); kept++) {
		struct variants *vs = &w->vs[save_item_of(b, c_u64(&rows)) - b->item];

		take_kept(&rows, kept);
		if (vs->n++ == 0)
			vs->kept = kept;
	}
	for (size_t i = 0; i < b->n; i++) {
		w->vs[i].of = ARENA_ARRAY(b->s->a, struct kept *, b->item[i].p->n_variants + 1);
		match(&w->vs[i]);
	}
	return true;
}

/* Marks missing variants as gone, unless rows were skipped. */
static bool
variant_leave(struct variants *vs, struct err *e)
{
	for (size_t k = 0; k < vs->n; k++) {
		struct kept *have = &vs->kept[k];

		if (have->matched || have->gone || vs->p->partial)
			continue;
		vs->out->variants_gone++;
		if (!db_run_u64(vs->s->db, SQL_SAVE_VARIANT_GONE, have->id, e))
			return false;
	}
	return true;
}

static void
bind(struct db_query *q, const struct product_variant *v, size_t position)
{
	q_u64(q, position);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		q_str(q, v->value[i]);
	q_str(q, v->sku);
	q_str(q, v->barcode);
	q_i64(q, v->price_minor);
	q_i64_or_null(q, v->compare_minor, v->compare_minor == -1);
	q_i64_or_null(q, v->cost_minor, v->cost_minor == -1);
	q_u64(q, v->taxable);
	q_u64(q, v->shipped);
	q_i64(q, v->weight_mg);
	q_i64_or_null(q, v->content_milli, v->content_milli == 0);
	q_str(q, v->content_unit);
	q_i64_or_null(q, v->base_milli, v->base_milli == 0);
	q_str(q, v->base_unit);
	if (v->image == 0)
		q_null(q);
	else
		q_u64(q, v->image);
}

static void
variant_put_variant(struct json_out *rows, uint64_t product_id, const struct product_variant *v, size_t position)
{
	json_begin(rows, '[');
	json_put_i64(rows, (int64_t)product_id);
	json_put_i64(rows, (int64_t)position);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		json_put_str(rows, v->value[i]);
	json_put_str(rows, v->sku);
	json_put_str(rows, v->barcode);
	json_put_i64(rows, v->price_minor);
	json_put_i64_or_null(rows, v->compare_minor, v->compare_minor == -1);
	json_put_i64_or_null(rows, v->cost_minor, v->cost_minor == -1);
	json_put_i64(rows, v->taxable);
	json_put_i64(rows, v->shipped);
	json_put_i64(rows, v->weight_mg);
	json_put_i64_or_null(rows, v->content_milli, v->content_milli == 0);
	json_put_str(rows, v->content_unit);
	json_put_i64_or_null(rows, v->base_milli, v->base_milli == 0);
	json_put_str(rows, v->base_unit);
	json_put_i64_or_null(rows, (int64_t)v->image, v->image == 0);
}

static bool
save_price(struct save_writing *w, uint64_t id, int64_t price_minor, struct err *e)
{
	json_begin(&w->prices.rows, '[');
	json_put_i64(&w->prices.rows, (int64_t)id);
	json_put_i64(&w->prices.rows, w->b->s->now_s);
	json_put_i64(&w->prices.rows, price_minor);
	return rows_out_end(&w->prices, e);
}

static bool
save_movement(struct save_writing *w, uint64_t id, int64_t qty, enum stock_reason reason, struct err *e)
{
	if (qty == 0)
		return true;
	json_begin(&w->moves.rows, '[');
	json_put_i64(&w->moves.rows, (int64_t)id);
	json_put_i64(&w->moves.rows, qty);
	json_put_i64(&w->moves.rows, reason);
	json_put_i64(&w->moves.rows, w->b->s->now_s);
	return rows_out_end(&w->moves, e);
}

static bool
add_stock(struct save_writing *w, uint64_t id, const struct product_variant *v, struct err *e)
{
	json_begin(&w->stocks.rows, '[');
	json_put_i64(&w->stocks.rows, (int64_t)id);
	json_put_i64(&w->stocks.rows, v->stock);
	json_put_i64(&w->stocks.rows, v->tracked);
	json_put_i64(&w->stocks.rows, v->sell_over);
	return rows_out_end(&w->stocks, e) && save_movement(w, id, v->stock, STOCK_FIRST, e)
	    && save_price(w, id, v->price_minor, e);
}

/* A variant without a stock row was inserted by this batch; its position identifies it. */
static bool
add_stocks(struct save_writing *w, struct err *e)
{
	struct db_rows rows;

	if (!rows_out_send(&w->fresh, e) || !save_select_for(w->b, SQL_SAVE_VARIANTS_BARE, save_is_written, &rows, e))
		return false;
	while (db_next(&rows)) {
		const struct save_item *it = save_item_of(w->b, c_u64(&rows));
		uint64_t position = c_u64(&rows), id = c_u64(&rows);

		if (position < 1 || position > it->p->n_variants)
			return err_set(e, ERR_BUG, "variant %llu has no row of stock", (unsigned long long)id);
		if (!add_stock(w, id, &it->p->variants[position - 1], e))
			return false;
	}
	return rows_out_send(&w->stocks, e);
}

static bool
same(const struct kept *have, const struct product_variant *v, size_t position)
{
	const struct product_variant *w = &have->stored;

	return !have->gone && have->position == position && same_values(w, v) && str_eq(w->sku, v->sku)
	    && str_eq(w->barcode, v->barcode) && w->price_minor == v->price_minor
	    && w->compare_minor == v->compare_minor && w->cost_minor == v->cost_minor && w->taxable == v->taxable
	    && w->shipped == v->shipped && w->weight_mg == v->weight_mg && w->content_milli == v->content_milli
	    && w->base_milli == v->base_milli && str_eq(w->content_unit, v->content_unit)
	    && str_eq(w->base_unit, v->base_unit) && w->image == v->image && w->tracked == v->tracked
	    && w->sell_over == v->sell_over;
}

static bool
change(struct save_writing *w, struct variants *vs, size_t i, struct err *e)
{
	const struct product_variant *v = &vs->p->variants[i];
	const struct kept *have = vs->of[i];
	struct db_query *q;

	if (same(have, v, i + 1)) {
		vs->out->variants_same++;
		return true;
	}
	vs->out->variants_changed++;
	q = db_query(vs->s->db, SQL_SAVE_VARIANT);
	bind(q, v, i + 1);
	q_u64(q, have->id);
	if (have->stored.price_minor != v->price_minor)
		w->repriced[w->n_repriced++] = have->id;
	return db_run(q, NULL, e);
}

static bool
save_one(struct save_writing *w, struct variants *vs, struct err *e)
{
	if (!variant_leave(vs, e))
		return false;
	for (size_t i = 0; i < vs->p->n_variants; i++)
		if (vs->of[i] != NULL && !change(w, vs, i, e))
			return false;
	for (size_t i = 0; i < vs->p->n_variants; i++) {
		if (vs->of[i] != NULL)
			continue;
		vs->out->variants_new++;
		variant_put_variant(&w->fresh.rows, vs->it->id, &vs->p->variants[i], i + 1);
		if (!rows_out_end(&w->fresh, e))
			return false;
	}
	return true;
}

static bool
save_repriced(struct save_writing *w, struct err *e)
{
	struct catalogue_save *s = w->b->s;
	int64_t now_s;

	return w->n_repriced == 0
	    || (shop_control_clock(s->db, s->a, &now_s, e)
		&& price_plan_save(s->db, s->a, w->repriced, w->n_repriced, now_s, e));
}

bool
save_variants(struct save_batch *b, struct err *e)
{
	struct catalogue_save *s = b->s;
	struct save_writing *w = ARENA_NEW(s->a, struct save_writing);
	size_t n = 0;

	b->writing = w;
	*w = (struct save_writing){.b = b, .vs = ARENA_ARRAY(s->a, struct variants, b->n)};
	for (size_t i = 0; i < b->n; i++) {
		w->vs[i] = (struct variants){.s = s, .it = &b->item[i], .p = b->item[i].p, .out = b->item[i].out};
		n += b->item[i].p->n_variants;
	}
	w->repriced = ARENA_ARRAY(s->a, uint64_t, n);
	rows_out_init(&w->fresh, s->db, SQL_SAVE_VARIANTS_NEW, s->a);
	rows_out_init(&w->stocks, s->db, SQL_SAVE_STOCKS_NEW, s->a);
	rows_out_init(&w->moves, s->db, SQL_SAVE_STOCK_MOVES, s->a);
	rows_out_init(&w->prices, s->db, SQL_SAVE_PRICES, s->a);
	if (!variant_load(w, e))
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (!b->item[i].same && !save_one(w, &w->vs[i], e))
			return false;
	return add_stocks(w, e) && rows_out_send(&w->prices, e) && save_repriced(w, e);
}

/* A stock level that was right when the variants were read is not checked again: later sales count as sales after the
 * import. */
static void
list_restock(struct save_writing *w, struct variants *vs, struct restock *due, size_t *n)
{
	for (size_t i = 0; i < vs->p->n_variants; i++) {
		struct restock r = {.vs = vs, .have = vs->of[i], .v = &vs->p->variants[i]};

		if (r.have == NULL)
			continue;
		r.kind = r.have->stored.tracked != r.v->tracked || r.have->stored.sell_over != r.v->sell_over;
		r.count = w->b->s->set_stock && r.v->has_stock && r.have->stored.stock != r.v->stock;
		if (r.kind || r.count)
			due[(*n)++] = r;
	}
}

static int
by_variant(const void *a, const void *b)
{
	const struct restock *x = a, *y = b;

	return (x->have->id > y->have->id) - (x->have->id < y->have->id);
}

/* Locks the rows by variant id, and computes by how much each differs from the imported stock level. */
static bool
lock_stocks(struct save_writing *w, struct restock *due, size_t n, struct err *e)
{
	uint64_t *ids = ARENA_ARRAY(w->b->s->a, uint64_t, n);
	struct db_rows found;
	struct str json;

	for (size_t i = 0; i < n; i++)
		ids[i] = due[i].have->id;
	if (!json_ids(w->b->s->a, ids, n, &json, e)
	    || !db_select_str(w->b->s->db, SQL_SAVE_STOCKS_ARE, json, w->b->s->a, &found, e))
		return false;
	while (db_next(&found)) {
		struct kept have = {.id = c_u64(&found)};
		struct restock key = {.have = &have}, *r = bsearch(&key, due, n, sizeof(key), by_variant);

		ASSERT(r != NULL);
		if (r->count)
			r->by = r->v->stock - c_i64(&found);
	}
	return true;
}

static void
put_stock(struct json_out *rows, const struct restock *r)
{
	json_begin(rows, '[');
	json_put_i64(rows, (int64_t)r->have->id);
	json_put_i64(rows, r->by);
	json_put_i64(rows, r->kind ? r->v->tracked : r->have->stored.tracked);
	json_put_i64(rows, r->kind ? r->v->sell_over : r->have->stored.sell_over);
}

bool
save_stocks(struct save_batch *b, struct err *e)
{
	struct save_writing *w = b->writing;
	struct rows_out out;
	struct restock *due;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->item[i].p->n_variants;
	due = ARENA_ARRAY(b->s->a, struct restock, n + 1);
	n = 0;
	for (size_t i = 0; i < b->n; i++)
		list_restock(w, &w->vs[i], due, &n);
	qsort(due, n, sizeof(due[0]), by_variant);
	if (n > 0 && !lock_stocks(w, due, n, e))
		return false;
	rows_out_init(&out, b->s->db, SQL_SAVE_STOCKS, b->s->a);
	for (size_t i = 0; i < n; i++) {
		if (!due[i].kind && due[i].by == 0)
			continue;
		b->item[due[i].vs - w->vs].restocked = true;
		due[i].vs->out->stock_moved += due[i].by != 0;
		put_stock(&out.rows, &due[i]);
		if (!rows_out_end(&out, e) || !save_movement(w, due[i].have->id, due[i].by, STOCK_IMPORT, e))
			return false;
	}
	return rows_out_send(&out, e) && rows_out_send(&w->moves, e);
}
