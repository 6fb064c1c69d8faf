/* Renamed products. A handle identifies a product; another one means the same product only on good evidence. */
#include <stdlib.h>

#include "store/catalogue/catalogue_save_impl.h"
#include "store/sql.h"

/* A stored product that may have been renamed. */
struct former {
	struct save_item *it; /* the product with the new handle */
	uint64_t id;
	struct str handle, title;
	struct str *skus; /* sorted; one for each variant, '' for none */
	size_t n_skus;
	bool had_handle; /* it had the new handle before, and gave it up */
};

struct formers {
	struct former *v; /* in the order of their ids */
	size_t n;
};

static bool
list_skus(struct save_batch *b, struct str *json, bool *any, struct err *e)
{
	struct json_out rows;

	json_init(&rows, b->s->a, ROWS_MAX_B, '[');
	for (size_t i = 0; i < b->n; i++) {
		const struct product *p = b->item[i].p;

		for (size_t k = 0; b->item[i].id == 0 && k < p->n_variants; k++) {
			if (p->variants[k].sku.n == 0)
				continue;
			json_begin(&rows, '[');
			json_put_i64(&rows, (int64_t)i);
			json_put_str(&rows, p->variants[k].sku);
			json_end(&rows, ']');
		}
	}
	*any = rows.more;
	return json_done(&rows, ']', json, e);
}

static int
former_by_id(const void *a, const void *b)
{
	const struct former *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The stored products that are the only ones with a SKU of a new product, and whose handle the import lacks. */
static bool
find_formers(struct save_batch *b, struct str skus, struct formers *out, struct err *e)
{
	struct catalogue_save *s = b->s;
	struct db_rows rows;

	if (!db_select_str(s->db, SQL_SAVE_PRODUCTS_OF_SKUS, skus, s->a, &rows, e))
		return false;
	out->v = ARENA_ARRAY(s->a, struct former, rows.n + 1);
	while (db_next(&rows)) {
		struct former f = {.it = &b->item[c_u64(&rows)]};

		f.id = c_u64(&rows);
		f.handle = c_str(&rows);
		for (size_t i = 0; i < b->n && f.it != NULL; i++)
			if (b->item[i].id == f.id)
				f.it = NULL;
		if (f.it != NULL && (s->has_handle == NULL || !s->has_handle(s->arg, f.handle)))
			out->v[out->n++] = f;
	}
	qsort(out->v, out->n, sizeof(out->v[0]), former_by_id);
	return true;
}

/* One product cannot have become two. */
static void
drop_rivals(struct formers *f)
{
	size_t n = 0;

	for (size_t i = 0, same; i < f->n; i += same) {
		for (same = 1; i + same < f->n && f->v[i + same].id == f->v[i].id;)
			same++;
		if (same == 1)
			f->v[n++] = f->v[i];
	}
	f->n = n;
}

enum { FACT_TITLE, FACT_SKU, FACT_HANDLE };

static bool
load_facts(struct catalogue_save *s, struct formers *f, struct err *e)
{
	uint64_t *ids = ARENA_ARRAY(s->a, uint64_t, f->n);
	struct db_query *q = db_query(s->db, SQL_SAVE_RENAME_FACTS);
	struct db_rows rows;
	struct str json;

	for (size_t i = 0; i < f->n; i++)
		ids[i] = f->v[i].id;
	if (!json_ids(s->a, ids, f->n, &json, e))
		return false;
	q_str(q, json);
	q_str(q, s->langs[0]);
	if (!db_select(q, s->a, &rows, e))
		return false;
	for (size_t i = 0; i < f->n; i++)
		f->v[i].skus = ARENA_ARRAY(s->a, struct str, f->v[i].it->p->n_variants + 1);
	while (db_next(&rows)) {
		struct former key = {.id = c_u64(&rows)};
		struct former *x = bsearch(&key, f->v, f->n, sizeof(key), former_by_id);
		int64_t kind = c_i64(&rows);
		struct str text = c_str(&rows);

		ASSERT(x != NULL);
		if (kind == FACT_TITLE)
			x->title = text;
		else if (kind == FACT_HANDLE)
			x->had_handle = x->had_handle || str_eq(text, x->it->p->handle);
		else if (x->n_skus++ < x->it->p->n_variants)
			x->skus[x->n_skus - 1] = text;
	}
	return true;
}

/* Both have the same title, and each variant of one has a SKU that a variant of the other has. */
static bool
agrees(struct catalogue_save *s, struct former *f)
{
	const struct product *p = f->it->p;
	struct str *skus = ARENA_ARRAY(s->a, struct str, p->n_variants);

	if (f->had_handle || f->n_skus != p->n_variants || !str_eq(f->title, p->title))
		return false;
	for (size_t i = 0; i < p->n_variants; i++)
		skus[i] = p->variants[i].sku;
	qsort(skus, p->n_variants, sizeof(skus[0]), str_order);
	qsort(f->skus, p->n_variants, sizeof(f->skus[0]), str_order);
	for (size_t i = 0; i < p->n_variants; i++)
		if (skus[i].n == 0 || !str_eq(skus[i], f->skus[i]))
			return false;
	return true;
}

/* The statement returns only products that have all SKUs of the new one. */
bool
save_find_renamed(struct save_batch *b, struct err *e)
{
	struct catalogue_save *s = b->s;
	struct formers f = {0};
	struct str json;
	bool any;

	if (!list_skus(b, &json, &any, e) || (any && !find_formers(b, json, &f, e)))
		return false;
	drop_rivals(&f);
	if (f.n == 0 || (!s->renames && !load_facts(s, &f, e)))
		return f.n == 0;
	for (size_t i = 0; i < f.n; i++) {
		if (!s->renames && !agrees(s, &f.v[i]))
			continue;
		f.v[i].it->id = f.v[i].id;
		f.v[i].it->old_handle = f.v[i].handle;
	}
	return true;
}

bool
catalogue_find_handle(struct catalogue_save *s, struct str handle, struct catalogue_found *out, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_HANDLE_OF);
	struct db_rows rows;

	*out = (struct catalogue_found){0};
	q_str(q, s->langs[0]);
	q_str(q, handle);
	if (!db_select(q, s->a, &rows, e))
		return false;
	out->skus = ARENA_ARRAY(s->a, struct str, rows.n + 1);
	while (db_next(&rows)) {
		out->id = c_u64(&rows);
		out->title = c_str(&rows);
		out->skus[out->n_skus] = c_str(&rows);
		out->n_skus += out->skus[out->n_skus].n > 0;
	}
	return true;
}

bool
catalogue_find_typed(struct catalogue_save *s, struct str typed, struct str *handle, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_HANDLE_TYPED);
	struct db_rows rows;
	bool found;

	*handle = STR_NONE;
	q_str(q, typed);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	if (found)
		*handle = c_str(&rows);
	return true;
}
