#include "store/catalogue/catalogue_export.h"

#include <string.h>

#include "store/sql.h"

static struct str
text_or_none(struct db_rows *r)
{
	return c_is_null(r) ? STR_NONE : c_str(r);
}

static void
take_product(struct db_rows *r, struct product *p)
{
	p->handle = c_str(r);
	p->status = (enum product_status)c_u64(r);
	p->category = text_or_none(r);
	p->vendor = c_str(r);
	p->tax_class = (enum tax_class)c_u64(r);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++) {
		p->option[i] = c_str(r);
		p->n_options += p->option[i].n > 0;
	}
	p->title = text_or_none(r);
	p->body_html = text_or_none(r);
	p->seo_title = text_or_none(r);
	p->seo_description = text_or_none(r);
}

static bool
select_of(struct db *db, struct arena *a, unsigned stmt, uint64_t id, struct db_rows *rows, struct err *e)
{
	struct db_query *q = db_query(db, stmt);

	q_u64(q, id);
	return db_select(q, a, rows, e);
}

static int64_t
export_i64_or(struct db_rows *r, int64_t otherwise)
{
	return c_is_null(r) ? otherwise : c_i64(r);
}

static void
take_variant(struct db_rows *r, struct product_variant *v)
{
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		v->value[i] = c_str(r);
	v->sku = c_str(r);
	v->barcode = c_str(r);
	v->price_minor = c_i64(r);
	v->compare_minor = export_i64_or(r, -1);
	v->cost_minor = export_i64_or(r, -1);
	v->taxable = c_u64(r) != 0;
	v->shipped = c_u64(r) != 0;
	v->weight_mg = c_i64(r);
	v->content_milli = export_i64_or(r, 0);
	v->content_unit = c_str(r);
	v->base_milli = export_i64_or(r, 0);
	v->base_unit = c_str(r);
	v->image = c_is_null(r) ? 0 : (size_t)c_u64(r);
	v->tracked = c_u64(r) != 0;
	v->sell_over = c_u64(r) != 0;
	v->stock = c_i64(r);
	v->has_stock = true;
}

static bool
load_variants(struct db *db, struct arena *a, uint64_t id, struct product *p, struct err *e)
{
	struct db_rows rows;

	if (!select_of(db, a, SQL_EXPORT_VARIANTS, id, &rows, e))
		return false;
	p->variants = ARENA_ARRAY(a, struct product_variant, rows.n + 1);
	while (db_next(&rows))
		take_variant(&rows, &p->variants[p->n_variants++]);
	return true;
}

static bool
load_lists(struct db *db, struct arena *a, uint64_t id, struct product *p, struct err *e)
{
	struct db_rows rows;

	if (!select_of(db, a, SQL_EXPORT_IMAGES, id, &rows, e))
		return false;
	p->images = ARENA_ARRAY(a, struct product_image, rows.n + 1);
	while (db_next(&rows)) {
		p->images[p->n_images].source = c_str(&rows);
		p->images[p->n_images++].alt = c_str(&rows);
	}
	if (!select_of(db, a, SQL_EXPORT_SPECS, id, &rows, e))
		return false;
	p->specs = ARENA_ARRAY(a, struct product_spec, rows.n + 1);
	while (db_next(&rows)) {
		p->specs[p->n_specs].label = c_str(&rows);
		p->specs[p->n_specs++].value = c_str(&rows);
	}
	if (!select_of(db, a, SQL_EXPORT_TAGS, id, &rows, e))
		return false;
	p->tags = ARENA_ARRAY(a, struct str, rows.n + 1);
	while (db_next(&rows))
		p->tags[p->n_tags++] = c_str(&rows);
	return true;
}

bool
catalogue_export_next(
    struct db *db, struct arena *a, struct str own_lang, uint64_t *id, struct product **p, struct err *e)
{
	struct db_query *q = db_query(db, SQL_EXPORT_PRODUCT);
	struct db_rows rows;
	bool found;

	*p = NULL;
	q_str(q, own_lang);
	q_u64(q, *id);
	if (!db_find(q, a, &rows, &found, e) || !found)
		return e->kind == ERR_NONE;
	*p = ARENA_NEW(a, struct product);
	*id = c_u64(&rows);
	take_product(&rows, *p);
	return load_variants(db, a, *id, *p, e) && load_lists(db, a, *id, *p, e);
}

bool
catalogue_export_labels(struct db *db, struct arena *a, struct str **labels, size_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_select(db_query(db, SQL_EXPORT_LABELS), a, &rows, e))
		return false;
	*labels = ARENA_ARRAY(a, struct str, rows.n + 1);
	for (*n = 0; db_next(&rows);)
		(*labels)[(*n)++] = text_or_none(&rows);
	return true;
}

bool
catalogue_export_texts(struct db *db, struct arena *a, struct str own_lang, uint64_t id, struct catalogue_texts *out,
    struct err *e)
{
	struct db_query *q = db_query(db, SQL_EXPORT_TEXTS);
	struct db_rows rows;

	q_u64(q, id);
	q_str(q, own_lang);
	if (!db_select(q, a, &rows, e))
		return false;
	out->v = ARENA_ARRAY(a, struct translation, rows.n + 1);
	for (out->n = 0; db_next(&rows); out->n++) {
		struct translation *t = &out->v[out->n];

		t->kind = TRANSLATION_PRODUCT;
		t->of = c_str(&rows);
		t->lang = c_str(&rows);
		t->title = c_str(&rows);
		t->body_html = c_str(&rows);
		t->seo_title = c_str(&rows);
		t->seo_description = c_str(&rows);
	}
	return true;
}

bool
catalogue_export_words(
    struct db *db, struct arena *a, struct str own_lang, struct catalogue_texts *out, struct err *e)
{
	struct db_rows texts, terms;
	struct db_query *q;

	if (!db_select(db_query(db, SQL_EXPORT_CATEGORY_TEXTS), a, &texts, e))
		return false;
	q = db_query(db, SQL_EXPORT_TERMS);
	q_str(q, own_lang);
	if (!db_select(q, a, &terms, e))
		return false;
	out->v = ARENA_ARRAY(a, struct translation, texts.n + terms.n + 1);
	for (out->n = 0; db_next(&texts); out->n++) {
		struct translation *t = &out->v[out->n];

		t->kind = TRANSLATION_CATEGORY;
		t->of = c_str(&texts);
		t->lang = c_str(&texts);
		t->title = c_str(&texts);
		t->body_html = c_str(&texts);
	}
	for (; db_next(&terms); out->n++) {
		struct translation *t = &out->v[out->n];

		t->kind = (enum translation_kind)c_u64(&terms);
		t->of = c_str(&terms);
		t->lang = c_str(&terms);
		t->title = c_str(&terms);
	}
	return true;
}
