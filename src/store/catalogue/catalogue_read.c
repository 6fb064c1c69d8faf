#include "store/catalogue/catalogue_read.h"

#include <stdlib.h>

#include "shop/product.h"
#include "store/catalogue/catalogue_read_impl.h"
#include "store/catalogue/price_plan.h"
#include "store/catalogue/product_parts.h"
#include "store/sql.h"

static void
take_name(struct db_rows *r, struct catalogue_product *p)
{
	p->id = c_u64(r);
	p->category_id = c_u64_or(r, 0);
	p->version = c_u64(r);
	p->handle = c_str(r);
	p->vendor = c_str(r);
	p->title = c_str(r);
}

static void
take_product(struct db_rows *r, struct catalogue_product *p)
{
	take_name(r, p);
	p->body_html = c_str(r);
	p->seo_title = c_str(r);
	p->seo_description = c_str(r);
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++) {
		p->options[i].value = c_str(r);
		p->options[i].text = c_str(r);
	}
}

/* Reads the columns of SQL_PARTICULARS. */
static void
take_particulars(struct arena *a, struct db_rows *r, struct catalogue_product *p)
{
	product_particulars_parse(a, c_str_or(r, STR_NONE), &p->particulars);
	product_maker_parse(a, c_str_or(r, STR_NONE), &p->maker);
	product_maker_parse(a, c_str_or(r, STR_NONE), &p->operator);
}

void
catalogue_read_measure(struct db_rows *r, struct catalogue_measure *m)
{
	m->content_milli = c_i64_or(r, 0);
	m->content_unit = c_str(r);
	m->base_milli = c_i64_or(r, 0);
	m->base_unit = c_str(r);
}

static bool
take_variant(struct db_rows *r, struct catalogue_variant *v, struct err *e)
{
	v->id = c_u64(r);
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++) {
		v->words[i].value = c_str(r);
		v->words[i].text = c_str(r);
	}
	v->sku = c_str(r);
	v->barcode = c_str(r);
	if (!price_plan_take(r, v, e))
		return false;
	v->shipped = c_u64(r) != 0;
	v->stock.tracked = c_u64(r) != 0;
	v->stock.sell_over = c_u64(r) != 0;
	v->stock.on_hand = c_i64(r);
	catalogue_read_measure(r, &v->measure);
	v->image_position = c_u64_or(r, 0);
	return true;
}

/* The shop's own language has no translations of its words. */
static bool
is_own(const struct catalogue_langs *langs)
{
	return str_eq(langs->lang, langs->shop_lang);
}

static bool
load_variants(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct catalogue_product *p,
    struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_VARIANTS);
	struct db_rows rows;

	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++) {
		q_str(q, p->options[i].value);
		q_str(q, langs->lang);
	}
	q_u64(q, p->id);
	if (!db_select(q, a, &rows, e))
		return false;
	p->variants = ARENA_ARRAY(a, struct catalogue_variant, rows.n);
	while (db_next(&rows))
		if (!take_variant(&rows, &p->variants[p->n_variants++], e))
			return false;
	return true;
}

/* A picture, fact or tag, as one statement returns them all. */
struct part {
	enum { PART_IMAGE, PART_FACT, PART_TAG } kind;
	uint64_t position;
	struct str name, text, hash;
	uint64_t w, h;
};

static int
by_place(const void *x, const void *y)
{
	const struct part *a = x, *b = y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	return str_cmp(a->text, b->text);
}

static void
put_part(struct catalogue_product *p, const struct part *part)
{
	switch (part->kind) {
	case PART_IMAGE:
		p->images[p->n_images++] = (struct catalogue_image){.hash = part->hash,
		    .alt = part->text,
		    .w = (int64_t)part->w,
		    .h = (int64_t)part->h,
		    .position = part->position};
		return;
	case PART_FACT: p->facts[p->n_facts++] = (struct catalogue_fact){part->name, part->text}; return;
	case PART_TAG: p->tags[p->n_tags++] = part->text; return;
	}
}

static bool
load_parts(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct catalogue_product *p,
    struct err *e)
{
	struct db_query *q = db_query(db, is_own(langs) ? SQL_PRODUCT_PARTS_OWN : SQL_PRODUCT_PARTS);
	struct part *parts;
	struct db_rows rows;
	size_t n = 0;

	q_u64(q, p->id);
	for (int i = 0; !is_own(langs) && i < 2; i++)
		q_str(q, langs->lang);
	q_u64(q, p->id);
	q_u64(q, p->id);
	if (!db_select(q, a, &rows, e))
		return false;
	parts = ARENA_ARRAY(a, struct part, rows.n + 1);
	for (; db_next(&rows); n++) {
		parts[n].kind = (int)c_i64(&rows);
		parts[n].position = c_u64(&rows);
		parts[n].name = c_str(&rows);
		parts[n].text = c_str(&rows);
		parts[n].hash = c_bytes_or(&rows, STR_NONE);
		parts[n].w = c_u64(&rows);
		parts[n].h = c_u64(&rows);
	}
	qsort(parts, n, sizeof(*parts), by_place);
	p->images = ARENA_ARRAY(a, struct catalogue_image, n);
	p->facts = ARENA_ARRAY(a, struct catalogue_fact, n);
	p->tags = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		put_part(p, &parts[i]);
	return true;
}

/* A product as returned by one statement. */
struct whole {
	struct catalogue_product *p;
	bool has_body;
	struct str parts; /* none: not stored */
};

struct placed {
	uint64_t position;
	struct catalogue_variant v;
};

static int
by_position(const void *x, const void *y)
{
	const struct placed *a = x, *b = y;

	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	return a->v.id < b->v.id ? -1 : 1;
}

/* Reads the columns of the variant. Its id is 0 when they are NULL, since the product has no variant. */
static bool
take_placed(struct db_rows *r, struct placed *to, struct err *e)
{
	struct catalogue_variant *v = &to->v;

	to->position = c_u64_or(r, 0);
	v->id = c_u64_or(r, 0);
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++)
		v->words[i].value = v->words[i].text = c_str_or(r, STR_NONE);
	v->sku = c_str_or(r, STR_NONE);
	v->barcode = c_str_or(r, STR_NONE);
	if (!price_plan_take(r, v, e))
		return false;
	v->shipped = c_u64_or(r, 0) != 0;
	v->stock.tracked = c_u64_or(r, 0) != 0;
	v->stock.sell_over = c_u64_or(r, 0) != 0;
	v->stock.on_hand = c_i64_or(r, 0);
	v->measure.content_milli = c_i64_or(r, 0);
	v->measure.content_unit = c_str_or(r, STR_NONE);
	v->measure.base_milli = c_i64_or(r, 0);
	v->measure.base_unit = c_str_or(r, STR_NONE);
	v->image_position = c_u64_or(r, 0);
	return true;
}

static void
take_long(struct arena *a, struct db_rows *r, struct catalogue_product *p)
{
	p->seo_title = c_str_or(r, STR_NONE);
	p->seo_description = c_str_or(r, STR_NONE);
	for (size_t i = 0; i < CATALOGUE_OPTIONS; i++)
		p->options[i].value = p->options[i].text = c_str_or(r, STR_NONE);
	take_particulars(a, r, p);
}

/* Reads the product's columns. Each row has them, except the long ones, which only the first variant's row has. */
static void
take_whole(struct arena *a, struct db_rows *r, struct whole *w)
{
	struct catalogue_product *p = w->p;

	take_name(r, p);
	w->has_body = !c_is_null(r);
	if (w->has_body)
		p->body_html = c_str(r);
	take_long(a, r, p);
	w->parts = c_str_or(r, STR_NONE);
}

static bool
find_whole(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct str handle, struct whole *w,
    struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_WHOLE_OWN);
	struct placed *placed;
	struct db_rows rows;
	size_t n = 0;

	q_str(q, langs->shop_lang);
	q_str(q, handle);
	if (!db_select(q, a, &rows, e))
		return false;
	placed = ARENA_ARRAY(a, struct placed, rows.n);
	while (db_next(&rows)) {
		if (!take_placed(&rows, &placed[n], e))
			return false;
		n += placed[n].v.id != 0;
		if (!w->has_body)
			take_whole(a, &rows, w);
	}
	qsort(placed, n, sizeof(*placed), by_position);
	w->p->variants = ARENA_ARRAY(a, struct catalogue_variant, n);
	for (w->p->n_variants = 0; w->p->n_variants < n; w->p->n_variants++)
		w->p->variants[w->p->n_variants] = placed[w->p->n_variants].v;
	return true;
}

/* Reads what the one statement did not return: long texts, when no variant has position 1 (imports always set it);
 * pictures, facts and tags, when product.parts is NULL or malformed. */
static bool
load_rest(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct whole *w, struct err *e)
{
	if (!w->has_body) {
		struct db_query *q = db_query(db, SQL_PRODUCT_LONG_OWN);
		struct db_rows rows;
		bool found;

		q_str(q, langs->shop_lang);
		q_u64(q, w->p->id);
		if (!db_find(q, a, &rows, &found, e))
			return false;
		if (found) {
			w->p->body_html = c_str(&rows);
			take_long(a, &rows, w->p);
		}
	}
	return product_parts_parse(a, w->parts, w->p) || load_parts(db, a, langs, w->p, e);
}

/* The server's collation ignores trailing blanks ("tea " equals "tea"), so the handle is compared here again. */
static bool
find_moved(struct db *db, struct arena *a, struct str handle, struct str *moved, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_OF_OLD_HANDLE);
	struct db_rows rows;
	bool found;

	q_str(q, handle);
	if (!db_find(q, a, &rows, &found, e))
		return false;
	if (found && str_eq(c_str(&rows), handle))
		*moved = c_str(&rows);
	return true;
}

/* The one handle among those of active products; none if they differ or there is none. */
static struct str
only_handle(struct db_rows rows, bool earlier, bool *archived)
{
	struct str only = STR_NONE;
	bool several = false;

	while (db_next(&rows)) {
		bool is_earlier = c_i64(&rows) != 0;
		uint64_t status = c_u64(&rows);
		struct str handle = c_str(&rows);

		*archived = *archived || status == PRODUCT_ARCHIVED;
		if (is_earlier != earlier || status != PRODUCT_ACTIVE)
			continue;
		several = several || (only.n > 0 && !str_eq(only, handle));
		only = handle;
	}
	return several ? STR_NONE : only;
}

bool
catalogue_find_alike(struct db *db, struct arena *a, struct str handle, struct str *alike, bool *gone, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_ALIKE);
	struct db_rows rows;
	bool archived = false;

	*alike = STR_NONE;
	*gone = false;
	if (str_ends(handle, STR(" "))) /* the server's collation ignores trailing blanks */
		return true;
	q_str(q, handle);
	q_str(q, handle);
	if (!db_select(q, a, &rows, e))
		return false;
	*alike = only_handle(rows, false, &archived);
	if (alike->n == 0)
		*alike = only_handle(rows, true, &archived);
	*gone = alike->n == 0 && archived;
	return true;
}

static bool
find_shown(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct str handle,
    struct catalogue_product *p, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_SHOWN);
	struct db_rows rows;
	bool found;

	q_str(q, langs->lang);
	q_str(q, langs->shop_lang);
	for (int i = 0; i < CATALOGUE_OPTIONS; i++)
		q_str(q, langs->lang);
	q_str(q, handle);
	if (!db_find(q, a, &rows, &found, e))
		return false;
	if (found) {
		struct particulars words;

		take_product(&rows, p);
		product_particulars_parse(a, c_str_or(&rows, STR_NONE), &words);
		take_particulars(a, &rows, p);
		particulars_fill(&words, &p->particulars);
		p->particulars = words;
	}
	return true;
}

bool
catalogue_find_product(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct str handle,
    struct catalogue_product **out, struct str *moved, struct err *e)
{
	struct catalogue_product *p = ARENA_NEW(a, struct catalogue_product);
	bool own = is_own(langs);
	struct whole w = {.p = p};

	*out = NULL;
	*moved = STR_NONE;
	if (!(own ? find_whole(db, a, langs, handle, &w, e) : find_shown(db, a, langs, handle, p, e)))
		return false;
	if (p->id == 0 || !str_eq(p->handle, handle))
		return find_moved(db, a, handle, moved, e);
	*out = p;
	return own ? load_rest(db, a, langs, &w, e)
		   : load_variants(db, a, langs, p, e) && load_parts(db, a, langs, p, e);
}

bool
catalogue_find_variant(struct db *db, struct arena *a, const struct catalogue_langs *langs, uint64_t product_id,
    uint64_t variant_id, struct catalogue_variant **out, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_VARIANT);
	struct catalogue_variant *v;
	struct db_rows rows;
	bool found;

	*out = NULL;
	for (int i = 0; i < CATALOGUE_OPTIONS; i++)
		q_str(q, langs->lang);
	q_u64(q, variant_id);
	q_u64(q, product_id);
	if (!db_find(q, a, &rows, &found, e) || !found)
		return e->kind == ERR_NONE;
	v = ARENA_NEW(a, struct catalogue_variant);
	if (!take_variant(&rows, v, e))
		return false;
	*out = v;
	return true;
}
