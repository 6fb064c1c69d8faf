#include "store/catalogue/catalogue_save.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "plat/text/secret.h"
#include "store/catalogue/catalogue_save_impl.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/catalogue/product_parts.h"
#include "store/sql.h"

#define CANON_MAX_B ((size_t)16 << 20)
#define LOCK_WAIT_S 2
#define HANDLE_CHARS 190 /* of product_handle_old.handle */

bool
catalogue_save_lock(struct db *db, struct arena *a, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SAVE_LOCK);
	bool done;

	q_i64(q, LOCK_WAIT_S);
	return db_get_lock(q, a, &done, e) && (done || err_set(e, ERR_CONFLICT, "another import is running"));
}

/* Closing the connection frees the lock too, so a failure here is harmless. */
void
catalogue_save_unlock(struct db *db, struct arena *a)
{
	struct err ignored = {0};
	bool done;

	if (!db_get_lock(db_query(db, SQL_SAVE_UNLOCK), a, &done, &ignored))
		err_clear(&ignored);
}

bool
save_is_known(const struct save_item *it)
{
	return !it->fresh;
}

bool
save_is_changed(const struct save_item *it)
{
	return !it->fresh && !it->same;
}

bool
save_is_written(const struct save_item *it)
{
	return !it->same;
}

static bool
is_restocked(const struct save_item *it)
{
	return it->restocked;
}

static bool
has_new_handle(const struct save_item *it)
{
	return it->fresh || it->old_handle.n > 0;
}

/* The ids of the products that pass the test, in ascending order. */
static uint64_t *
save_ids(struct save_batch *b, save_test *test, size_t *n)
{
	uint64_t *ids = ARENA_ARRAY(b->s->a, uint64_t, b->n_by_id);

	*n = 0;
	for (size_t i = 0; i < b->n_by_id; i++)
		if (test(b->by_id[i]))
			ids[(*n)++] = b->by_id[i]->id;
	return ids;
}

bool
save_run_for(struct save_batch *b, unsigned stmt, save_test *test, struct err *e)
{
	size_t n;
	const uint64_t *ids = save_ids(b, test, &n);
	struct str json;

	return n == 0 || (json_ids(b->s->a, ids, n, &json, e) && db_run_str(b->s->db, stmt, json, e));
}

bool
save_select_for(struct save_batch *b, unsigned stmt, save_test *test, struct db_rows *rows, struct err *e)
{
	size_t n;
	const uint64_t *ids = save_ids(b, test, &n);
	struct str json;

	*rows = (struct db_rows){0};
	return n == 0
	    || (json_ids(b->s->a, ids, n, &json, e) && db_select_str(b->s->db, stmt, json, b->s->a, rows, e));
}

static int
by_id(const void *a, const void *b)
{
	const struct save_item *x = *(struct save_item *const *)a, *y = *(struct save_item *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static void
sort_by_id(struct save_batch *b)
{
	b->n_by_id = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->item[i].id != 0)
			b->by_id[b->n_by_id++] = &b->item[i];
	qsort(b->by_id, b->n_by_id, sizeof(struct save_item *), by_id);
}

struct save_item *
save_item_of(struct save_batch *b, uint64_t id)
{
	struct save_item key = {.id = id}, *p = &key, **found;

	found = bsearch(&p, b->by_id, b->n_by_id, sizeof(struct save_item *), by_id);
	ASSERT(found != NULL);
	return *found;
}

/* Looks up, by handle, the products of the batch that have no id yet. */
static bool
find_handles(struct save_batch *b, struct err *e)
{
	struct json_out rows;
	struct db_rows found;
	struct str json;

	json_init(&rows, b->s->a, ROWS_MAX_B, '[');
	for (size_t i = 0; i < b->n; i++) {
		if (b->item[i].id != 0)
			continue;
		json_begin(&rows, '[');
		json_put_i64(&rows, (int64_t)i);
		json_put_str(&rows, b->item[i].p->handle);
		json_end(&rows, ']');
	}
	if (!json_done(&rows, ']', &json, e)
	    || !db_select_str(b->s->db, SQL_SAVE_PRODUCTS_ARE, json, b->s->a, &found, e))
		return false;
	while (db_next(&found)) {
		struct save_item *it = &b->item[c_u64(&found)];

		it->id = c_u64(&found);
		it->known_hash = c_bytes(&found);
	}
	return true;
}

/* The hash covers the languages, so a new language makes the next import index all products again. */
static bool
content_hash(
    struct catalogue_save *s, const struct save_item *it, bool partial, uint8_t hash[DIGEST_B], struct err *e)
{
	struct buf b;

	buf_init(&b, s->a, CANON_MAX_B);
	for (size_t i = 0; i < s->n_langs; i++) {
		buf_put(&b, s->langs[i]);
		buf_ch(&b, ' ');
	}
	buf_ch(&b, partial ? '?' : '.'); /* a later, complete import may remove the missing rows */
	product_canon(it->p, &it->particulars, &b);
	return buf_check(&b, e) && digest(buf_str(&b), hash, e);
}

/* A partial product that is new, or equals what is known, lacks nothing that the database has: it counts as complete,
 * so that its own export changes nothing. */
static bool
save_hash(struct save_batch *b, struct save_item *it, struct err *e)
{
	if (!content_hash(b->s, it, false, it->hash, e))
		return false;
	if (!it->p->partial || it->fresh || str_eq(it->known_hash, str_n(it->hash, DIGEST_B)))
		return true;
	return content_hash(b->s, it, true, it->hash, e);
}

/* True when the table lacks columns of particulars: those of a known product then stay as they are stored. */
static bool
lacks_particulars(const struct save_item *it)
{
	return it->p->given != PARTICULARS_ALL;
}

static bool
keep_particulars(struct save_batch *b, struct err *e)
{
	const uint64_t *ids;
	struct db_rows rows;
	struct db_query *q;
	struct str json;
	size_t n;

	for (size_t i = 0; i < b->n; i++)
		b->item[i].particulars = b->item[i].p->particulars;
	sort_by_id(b);
	ids = save_ids(b, lacks_particulars, &n);
	if (n == 0)
		return true;
	if (!json_ids(b->s->a, ids, n, &json, e))
		return false;
	q = db_query(b->s->db, SQL_SAVE_PARTICULARS_ARE);
	q_str(q, json);
	q_str(q, b->s->langs[0]);
	if (!db_select(q, b->s->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct save_item *it = save_item_of(b, c_u64(&rows));
		struct particulars known;

		product_particulars_parse(b->s->a, c_str_or(&rows, STR_NONE), &known);
		for (size_t i = 0; i < PARTICULAR__MAX; i++)
			if ((it->p->given & 1U << i) == 0)
				it->particulars.v[i] = known.v[i];
	}
	return true;
}

static bool
recognise(struct save_batch *b, struct err *e)
{
	if (!find_handles(b, e) || !save_find_renamed(b, e) || !keep_particulars(b, e))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		b->item[i].fresh = b->item[i].id == 0;
		if (!save_hash(b, &b->item[i], e))
			return false;
	}
	sort_by_id(b);
	return true;
}

static bool
save_old_handle(struct catalogue_save *s, struct str handle, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_HANDLE_OLD);

	q_str(q, handle);
	q_u64(q, id);
	return db_run(q, NULL, e);
}

/* Keeps the invalid handles of the table: the next import recognises the products by them. */
static bool
save_typed(struct save_batch *b, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct save_item *it = &b->item[i];

		if (it->p->handle_made && save_is_written(it) && it->p->typed.n > 0
		    && utf8_len(it->p->typed) <= HANDLE_CHARS
		    && !save_old_handle(b->s, it->p->typed, it->id, e))
			return false;
	}
	return true;
}

static bool
save_handles(struct save_batch *b, struct err *e)
{
	struct rows_out taken;

	rows_out_init(&taken, b->s->db, SQL_SAVE_HANDLES_TAKEN, b->s->a);
	for (size_t i = 0; i < b->n; i++) {
		const struct save_item *it = &b->item[i];
		struct db_query *q;

		if (has_new_handle(it)) {
			json_begin(&taken.rows, '[');
			json_put_str(&taken.rows, it->p->handle);
			if (!rows_out_end(&taken, e))
				return false;
		}
		if (it->old_handle.n == 0)
			continue;
		q = db_query(b->s->db, SQL_SAVE_PRODUCT_HANDLE);
		q_str(q, it->p->handle);
		q_u64(q, it->id);
		if (!db_run(q, NULL, e) || !save_old_handle(b->s, it->old_handle, it->id, e))
			return false;
	}
	return rows_out_send(&taken, e);
}

/* The category of a path, which is made if it does not exist; 0 for no path. */
static bool
category_of(struct catalogue_save *s, const struct save_categories *known, struct str path, uint64_t *id,
    struct err *e)
{
	const struct save_category *c = path.n > 0 ? save_categories_find(known, path) : NULL;

	*id = c != NULL ? c->id : 0;
	return c != NULL || path.n == 0 || catalogue_category(s, path, id, e);
}

static bool
find_categories(struct save_batch *b, struct err *e)
{
	struct str *paths = ARENA_ARRAY(b->s->a, struct str, b->n * (1 + PRODUCT_MORE_MAX));
	struct save_categories known;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct product *p = b->item[i].p;

		if (!save_is_written(&b->item[i]))
			continue;
		paths[n++] = p->category;
		for (size_t k = 0; k < p->n_more; k++)
			paths[n++] = p->more[k];
	}
	if (!save_categories_load(b->s, paths, n, &known, e))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		struct save_item *it = &b->item[i];

		if (!save_is_written(it))
			continue;
		if (!category_of(b->s, &known, it->p->category, &it->category, e))
			return false;
		it->more = ARENA_ARRAY(b->s->a, uint64_t, it->p->n_more + 1);
		for (size_t k = 0; k < it->p->n_more; k++)
			if (!category_of(b->s, &known, it->p->more[k], &it->more[k], e))
				return false;
	}
	return true;
}

void
save_sums_add(struct save_sums *sums, int64_t price_minor, const struct stock *st)
{
	enum stock_avail avail = stock_avail(st);

	sums->best = sums->any ? stock_better(sums->best, avail) : avail;
	sums->lowest_minor = !sums->any || price_minor < sums->lowest_minor ? price_minor : sums->lowest_minor;
	sums->any = true;
}

static struct save_sums
sums_of_new(const struct product *p)
{
	struct save_sums sums = {.best = STOCK_SOLD_OUT};

	for (size_t i = 0; i < p->n_variants; i++) {
		const struct product_variant *v = &p->variants[i];

		save_sums_add(&sums, v->price_minor,
		    &(struct stock){.on_hand = v->stock, .tracked = v->tracked, .sell_over = v->sell_over});
	}
	return sums;
}

static bool
save_put_row(struct catalogue_save *s, const struct save_item *it, struct rows_out *out, struct err *e)
{
	const struct product *p = it->p;
	struct json_out *rows = &out->rows;
	struct str parts;

	if (!save_parts(s, it, &parts, e))
		return false;
	json_begin(rows, '[');
	if (it->fresh)
		json_put_str(rows, p->handle);
	else
		json_put_i64(rows, (int64_t)it->id);
	json_put_i64(rows, p->status);
	json_put_i64_or_null(rows, (int64_t)it->category, it->category == 0);
	json_put_str(rows, p->vendor);
	json_put_i64(rows, p->tax_class);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		json_put_str(rows, p->option[i]);
	json_put_str(rows, secret_hex(s->a, it->hash, DIGEST_B));
	json_put_str(rows, parts);
	if (it->fresh) {
		struct save_sums sums = sums_of_new(p);

		json_put_i64(rows, s->now_s);
		json_put_i64(rows, sums.lowest_minor);
		json_put_i64(rows, sums.best);
	}
	return rows_out_end(out, e);
}

static bool
save_rows(struct save_batch *b, struct err *e)
{
	struct rows_out fresh, changed;

	rows_out_init(&fresh, b->s->db, SQL_SAVE_PRODUCTS_NEW, b->s->a);
	rows_out_init(&changed, b->s->db, SQL_SAVE_PRODUCTS, b->s->a);
	for (size_t i = 0; i < b->n; i++)
		if (b->item[i].fresh && !save_put_row(b->s, &b->item[i], &fresh, e))
			return false;
	for (size_t i = 0; i < b->n_by_id; i++) { /* existing products, locked in the order of their ids */
		if (!b->by_id[i]->same && !save_put_row(b->s, b->by_id[i], &changed, e))
			return false;
	}
	if (!rows_out_send(&fresh, e) || !rows_out_send(&changed, e) || !find_handles(b, e))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		b->item[i].out->id = b->item[i].id;
		ASSERT(b->item[i].id != 0);
	}
	sort_by_id(b);
	return true;
}

static bool
save_own_texts(struct save_batch *b, struct err *e)
{
	struct str particulars;
	struct rows_out out;

	rows_out_init(&out, b->s->db, SQL_SAVE_TEXTS, b->s->a);
	for (size_t i = 0; i < b->n; i++) {
		const struct save_item *it = &b->item[i];

		if (it->same)
			continue;
		if (!product_particulars_format(b->s->a, &it->particulars, &particulars, e))
			return false;
		json_begin(&out.rows, '[');
		json_put_i64(&out.rows, (int64_t)it->id);
		json_put_str(&out.rows, b->s->langs[0]);
		json_put_str(&out.rows, it->p->title);
		json_put_str(&out.rows, it->p->body_html);
		json_put_str(&out.rows, it->p->seo_title);
		json_put_str(&out.rows, it->p->seo_description);
		json_put_str(&out.rows, particulars);
		if (!rows_out_end(&out, e))
			return false;
	}
	return rows_out_send(&out, e);
}

static void
put_sums(struct rows_out *out, uint64_t id, const struct save_sums *sums)
{
	json_begin(&out->rows, '[');
	json_put_i64(&out->rows, (int64_t)id);
	json_put_i64(&out->rows, sums->lowest_minor);
	json_put_i64(&out->rows, sums->best);
}

/* The lowest price and the best availability of the variants, for lists. New products were inserted with both. */
static bool
save_sums(struct save_batch *b, save_test *test, struct err *e)
{
	struct save_sums *sums = ARENA_ARRAY(b->s->a, struct save_sums, b->n);
	struct rows_out out;
	struct db_rows rows;

	if (!save_select_for(b, SQL_SAVE_SUMS_ARE, test, &rows, e))
		return false;
	while (db_next(&rows)) {
		const struct save_item *it = save_item_of(b, c_u64(&rows));
		int64_t price = c_i64(&rows);
		struct stock st = {.on_hand = c_i64(&rows)};

		st.tracked = c_u64(&rows) != 0;
		st.sell_over = c_u64(&rows) != 0;
		save_sums_add(&sums[it - b->item], price, &st);
	}
	rows_out_init(&out, b->s->db, SQL_SAVE_SUMS, b->s->a);
	for (size_t i = 0; i < b->n; i++) {
		if (!test(&b->item[i]))
			continue;
		put_sums(&out, b->item[i].id, &sums[i]);
		if (!rows_out_end(&out, e))
			return false;
	}
	return rows_out_send(&out, e);
}

static bool
save_index(struct save_batch *b, struct err *e)
{
	size_t n;
	const uint64_t *ids = save_ids(b, save_is_written, &n);

	return catalogue_index(b->s, ids, n, e);
}

static bool
has_stock_only(const struct save_item *it)
{
	return it->same && it->restocked;
}

/* For products whose stock alone changes: lists, names and words do not depend on stock, so they are not written. */
static bool
note_stock(struct save_batch *b, struct err *e)
{
	size_t n;
	const uint64_t *ids = save_ids(b, has_stock_only, &n);
	struct str json;

	return n == 0 || (json_ids(b->s->a, ids, n, &json, e) && catalogue_all_changed(b->s->db, json, b->s->now_s, e));
}

static void
save_report(struct save_item *it)
{
	it->same = !it->fresh && str_eq(it->known_hash, str_n(it->hash, DIGEST_B)) && !save_pictures_differ(it);
	it->out->product = it->fresh ? CATALOGUE_NEW : it->same ? CATALOGUE_SAME : CATALOGUE_CHANGED;
	it->out->old_handle = it->old_handle;
	if (it->same)
		it->out->variants_same = it->p->n_variants;
}

/* The order of locks. Placing an order locks rows of stock by variant id, then each product whose availability changes.
 * Saving uses the same order where only stock changes. When it writes a product, it locks the product first and the
 * stock last: writing lists and search words takes long, and buyers of the product would wait all that time. Placing an
 * order can therefore deadlock with a save: when it holds stock that the save needs and waits for the product, and when
 * it locks the stock of the product's other variants out of order (stock_store.c). The server rolls back one of the
 * two, which is retried. Locking stock first would avoid only the first case, and block all buyers during the save. */
bool
catalogue_save_products(struct catalogue_save *s, const struct product *const *products, size_t n,
    struct catalogue_saved *out, struct err *e)
{
	struct save_batch b = {.s = s, .n = n};

	b.item = ARENA_ARRAY(s->a, struct save_item, n);
	b.by_id = ARENA_ARRAY(s->a, struct save_item *, n);
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct catalogue_saved){0};
		b.item[i] = (struct save_item){.p = products[i], .out = &out[i]};
	}
	if (!recognise(&b, e) || !save_pictures_load(&b, e))
		return false;
	for (size_t i = 0; i < n; i++)
		save_report(&b.item[i]);
	return save_handles(&b, e) && find_categories(&b, e) && save_rows(&b, e) && save_typed(&b, e)
	    && save_own_texts(&b, e)
	    && save_words(&b, e) && save_pictures(&b, e) && save_variants(&b, e)
	    && save_sums(&b, save_is_changed, e) /* lists take the price from there */
	    && save_index(&b, e) && save_stocks(&b, e) && save_sums(&b, is_restocked, e) && note_stock(&b, e);
}
