#include "store/catalogue/catalogue_export.h"

#include "store/catalogue/product_parts.h"
#include "store/catalogue/variant_row.h"
#include "store/sql.h"

static void
take_product(struct arena *a, struct db_rows *r, struct product *p)
{
	p->handle = c_str(r);
	p->status = (enum product_status)c_u64(r);
	p->category = c_str_or(r, STR_NONE);
	p->vendor = c_str(r);
	p->tax_class = (enum tax_class)c_u64(r);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++) {
		p->option[i] = c_str(r);
		p->n_options += p->option[i].n > 0;
	}
	p->title = c_str_or(r, STR_NONE);
	p->body_html = c_str_or(r, STR_NONE);
	p->seo_title = c_str_or(r, STR_NONE);
	p->seo_description = c_str_or(r, STR_NONE);
	product_particulars_parse(a, c_str_or(r, STR_NONE), &p->particulars);
}

static bool
load_variants(struct db *db, struct arena *a, uint64_t id, struct product *p, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_EXPORT_VARIANTS, id, a, &rows, e))
		return false;
	p->variants = ARENA_ARRAY(a, struct product_variant, rows.n + 1);
	while (db_next(&rows))
		variant_row_read(&rows, &p->variants[p->n_variants++]);
	return true;
}

static bool
load_lists(struct db *db, struct arena *a, uint64_t id, struct product *p, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_EXPORT_IMAGES, id, a, &rows, e))
		return false;
	p->images = ARENA_ARRAY(a, struct product_image, rows.n + 1);
	while (db_next(&rows)) {
		p->images[p->n_images].source = c_str(&rows);
		p->images[p->n_images++].alt = c_str(&rows);
	}
	if (!db_select_u64(db, SQL_EXPORT_SPECS, id, a, &rows, e))
		return false;
	p->specs = ARENA_ARRAY(a, struct product_spec, rows.n + 1);
	while (db_next(&rows)) {
		p->specs[p->n_specs].label = c_str(&rows);
		p->specs[p->n_specs++].value = c_str(&rows);
	}
	if (!db_select_u64(db, SQL_EXPORT_TAGS, id, a, &rows, e))
		return false;
	p->tags = ARENA_ARRAY(a, struct str, rows.n + 1);
	while (db_next(&rows))
		p->tags[p->n_tags++] = c_str(&rows);
	if (!db_select_u64(db, SQL_EXPORT_MORE, id, a, &rows, e))
		return false;
	p->more = ARENA_ARRAY(a, struct str, rows.n + 1);
	while (db_next(&rows))
		p->more[p->n_more++] = c_str(&rows);
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
	take_product(a, &rows, *p);
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
		(*labels)[(*n)++] = c_str_or(&rows, STR_NONE);
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
		product_particulars_parse(a, c_str_or(&rows, STR_NONE), &t->particulars);
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
