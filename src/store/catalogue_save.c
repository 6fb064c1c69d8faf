#include "store/catalogue_save.h"

#include "plat/digest.h"
#include "plat/secret.h"
#include "shop/stock.h"
#include "store/catalogue_save_impl.h"
#include "store/sql.h"

#define JSON_MAX_B ((size_t)8 << 20)

/* Lists ------------------------------------------------------------------------------------------------------- */

void
rows_init(struct rows_json *r, struct arena *a)
{
	buf_init(&r->b, a, JSON_MAX_B);
	buf_ch(&r->b, '[');
	r->first_row = true;
}

void
rows_begin(struct rows_json *r)
{
	buf_z(&r->b, r->first_row ? "[" : ",[");
	r->first_row = false;
	r->first_cell = true;
}

static void
comma(struct rows_json *r)
{
	if (!r->first_cell)
		buf_ch(&r->b, ',');
	r->first_cell = false;
}

void
rows_str(struct rows_json *r, struct str s)
{
	comma(r);
	buf_json(&r->b, s);
}

void
rows_i64(struct rows_json *r, int64_t i)
{
	comma(r);
	buf_i64(&r->b, i);
}

void
rows_null(struct rows_json *r)
{
	comma(r);
	buf_z(&r->b, "null");
}

void
rows_end(struct rows_json *r)
{
	buf_ch(&r->b, ']');
}

bool
rows_done(struct rows_json *r, struct str *out, struct err *e)
{
	buf_ch(&r->b, ']');
	*out = buf_str(&r->b);
	return buf_check(&r->b, e);
}

/* Recognising ------------------------------------------------------------------------------------------------- */

struct known {
	uint64_t id; /* 0: the product is new */
	struct str hash;
	struct str old_handle;
};

/* By SKU: exactly one product has any of them, and its handle is not in the table. */
static bool
find_renamed(struct catalogue_save *s, const struct product *p, struct known *k, struct err *e)
{
	struct rows_json rows;
	struct db_rows found;
	struct db_query *q;
	struct str json, handle;
	uint64_t id;
	bool any = false;

	rows_init(&rows, s->a);
	for (size_t i = 0; i < p->n_variants; i++) {
		if (p->variants[i].sku.n == 0)
			continue;
		rows_begin(&rows);
		rows_str(&rows, p->variants[i].sku);
		rows_end(&rows);
		any = true;
	}
	if (!any)
		return true;
	if (!rows_done(&rows, &json, e))
		return false;
	q = db_query(s->db, SQL_SAVE_PRODUCT_OF_SKUS);
	q_str(q, json);
	if (!db_select(q, s->a, &found, e))
		return false;
	if (found.n != 1 || !db_next(&found))
		return true;
	id = c_u64(&found);
	handle = c_str(&found);
	if (s->has_handle != NULL && s->has_handle(s->arg, handle))
		return true;
	k->id = id;
	k->old_handle = handle;
	return true;
}

static bool
recognise(struct catalogue_save *s, const struct product *p, struct known *k, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_PRODUCT_OF_HANDLE);
	struct db_rows rows;
	bool found;

	*k = (struct known){0};
	q_str(q, p->handle);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	if (!found)
		return find_renamed(s, p, k, e);
	k->id = c_u64(&rows);
	k->hash = c_bytes(&rows);
	return true;
}

static bool
rename_product(struct catalogue_save *s, const struct product *p, const struct known *k, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_PRODUCT_HANDLE);

	q_str(q, p->handle);
	q_u64(q, k->id);
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(s->db, SQL_SAVE_HANDLE_OLD);
	q_str(q, k->old_handle);
	q_u64(q, k->id);
	return db_run(q, NULL, e);
}

/* The languages are in it: when the shop offers another one, everything is indexed anew. */
static bool
content_hash(struct catalogue_save *s, const struct product *p, uint8_t hash[DIGEST_B], struct err *e)
{
	struct buf b;

	buf_init(&b, s->a, JSON_MAX_B);
	for (size_t i = 0; i < s->langs->n; i++) {
		buf_put(&b, s->langs->v[i]);
		buf_ch(&b, ' ');
	}
	buf_ch(&b, p->partial ? '?' : '.'); /* what is missing today may be meant to go tomorrow */
	product_canon(p, &b);
	return buf_check(&b, e) && digest(buf_str(&b), hash, e);
}

/* Takes a product's list out and puts the new one in. */
static bool
save_list(struct catalogue_save *s, unsigned clear, unsigned insert, uint64_t id, struct rows_json *rows, struct err *e)
{
	struct db_query *q = db_query(s->db, clear);
	bool none = rows->first_row;
	struct str json;

	q_u64(q, id);
	if (!db_run(q, NULL, e) || !rows_done(rows, &json, e))
		return false;
	if (none)
		return true;
	q = db_query(s->db, insert);
	q_u64(q, id);
	q_str(q, json);
	return db_run(q, NULL, e);
}

/* Pictures ---------------------------------------------------------------------------------------------------- */

struct pictures {
	struct str *source, *hash; /* hash none: there is no picture */
	uint64_t *w, *h;
	size_t n;
};

static bool
load_pictures(struct catalogue_save *s, uint64_t id, struct pictures *pics, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_IMAGES_ARE);
	struct db_rows rows;

	q_u64(q, id);
	if (!db_select(q, s->a, &rows, e))
		return false;
	pics->source = ARENA_ARRAY(s->a, struct str, rows.n + 1);
	pics->hash = ARENA_ARRAY(s->a, struct str, rows.n + 1);
	pics->w = ARENA_ARRAY(s->a, uint64_t, rows.n + 1);
	pics->h = ARENA_ARRAY(s->a, uint64_t, rows.n + 1);
	for (pics->n = 0; db_next(&rows); pics->n++) {
		pics->source[pics->n] = c_str(&rows);
		pics->hash[pics->n] = c_is_null(&rows) ? STR_NONE : c_bytes(&rows);
		pics->w[pics->n] = c_u64(&rows);
		pics->h[pics->n] = c_u64(&rows);
	}
	return true;
}

/* Index of the picture with this source, or n. */
static size_t
picture_of(const struct pictures *pics, struct str source)
{
	size_t i = 0;

	while (i < pics->n && !str_eq(pics->source[i], source))
		i++;
	return i;
}

/* Is any picture's content another than the one we have? */
static bool
pictures_differ(const struct product *p, const struct pictures *pics)
{
	for (size_t i = 0; i < p->n_images; i++) {
		const struct product_image *im = &p->images[i];
		size_t at = picture_of(pics, im->source);

		if (im->has_picture
		    && (at == pics->n || !str_eq(pics->hash[at], str_n(im->picture, PRODUCT_PICTURE_B))))
			return true;
	}
	return false;
}

/* A picture whose file was not at hand this time keeps what it had. */
static bool
save_pictures(
    struct catalogue_save *s, uint64_t id, const struct product *p, const struct pictures *pics, struct err *e)
{
	struct rows_json rows;

	rows_init(&rows, s->a);
	for (size_t i = 0; i < p->n_images; i++) {
		const struct product_image *im = &p->images[i];
		size_t at = picture_of(pics, im->source);
		struct str hash = at < pics->n ? pics->hash[at] : STR_NONE;

		if (im->has_picture)
			hash = str_n(im->picture, PRODUCT_PICTURE_B);
		rows_begin(&rows);
		rows_str(&rows, im->source);
		if (hash.n == 0)
			rows_null(&rows);
		else
			rows_str(&rows, secret_hex(s->a, hash.p, hash.n));
		rows_i64(&rows, im->has_picture || at == pics->n ? im->w : (int64_t)pics->w[at]);
		rows_i64(&rows, im->has_picture || at == pics->n ? im->h : (int64_t)pics->h[at]);
		rows_str(&rows, im->alt);
		rows_end(&rows);
	}
	return save_list(s, SQL_SAVE_IMAGES_CLEAR, SQL_SAVE_IMAGES, id, &rows, e);
}

/* The rest ---------------------------------------------------------------------------------------------------- */

static void
bind_product(struct db_query *q, const struct product *p, uint64_t category)
{
	q_u64(q, p->status);
	if (category == 0)
		q_null(q);
	else
		q_u64(q, category);
	q_str(q, p->vendor);
	q_u64(q, p->tax_class);
	for (size_t i = 0; i < PRODUCT_OPTIONS_MAX; i++)
		q_str(q, p->option[i]);
}

static bool
save_row(struct catalogue_save *s, const struct product *p, struct known *k, const uint8_t *hash, struct err *e)
{
	struct db_query *q;
	uint64_t category = 0;

	if (p->category.n > 0 && !catalogue_category(s, p->category, &category, e))
		return false;
	if (k->id != 0) {
		q = db_query(s->db, SQL_SAVE_PRODUCT);
		bind_product(q, p, category);
		q_bytes(q, str_n(hash, DIGEST_B));
		q_u64(q, k->id);
		return db_run(q, NULL, e);
	}
	q = db_query(s->db, SQL_SAVE_PRODUCT_NEW);
	q_str(q, p->handle);
	bind_product(q, p, category);
	q_i64(q, s->now_s);
	q_bytes(q, str_n(hash, DIGEST_B));
	if (!db_run(q, NULL, e))
		return false;
	k->id = db_last_id(s->db);
	return true;
}

static bool
save_words(struct catalogue_save *s, uint64_t id, const struct product *p, struct err *e)
{
	struct rows_json specs, tags;

	rows_init(&specs, s->a);
	for (size_t i = 0; i < p->n_specs; i++) {
		rows_begin(&specs);
		rows_str(&specs, p->specs[i].label);
		rows_str(&specs, p->specs[i].value);
		rows_end(&specs);
	}
	rows_init(&tags, s->a);
	for (size_t i = 0; i < p->n_tags; i++) {
		rows_begin(&tags);
		rows_str(&tags, p->tags[i]);
		rows_end(&tags);
	}
	return save_list(s, SQL_SAVE_SPECS_CLEAR, SQL_SAVE_SPECS, id, &specs, e)
	    && save_list(s, SQL_SAVE_TAGS_CLEAR, SQL_SAVE_TAGS, id, &tags, e);
}

static bool
save_own_text(struct catalogue_save *s, uint64_t id, const struct product *p, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_TEXT);

	q_u64(q, id);
	q_str(q, s->langs->v[0]);
	q_str(q, p->title);
	q_str(q, p->body_html);
	q_str(q, p->seo_title);
	q_str(q, p->seo_description);
	return db_run(q, NULL, e);
}

/* The lowest price and the best availability of the variants, as lists show them. */
static bool
save_sums(struct catalogue_save *s, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_INDEX_STOCKS);
	enum stock_avail best = STOCK_SOLD_OUT;
	int64_t lowest = 0;
	struct db_rows rows;
	bool first = true;

	q_u64(q, id);
	if (!db_select(q, s->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		int64_t price = c_i64(&rows);
		struct stock st = {.on_hand = c_i64(&rows)};

		st.tracked = c_u64(&rows) != 0;
		st.sell_over = c_u64(&rows) != 0;
		best = first ? stock_avail(&st) : stock_better(best, stock_avail(&st));
		lowest = first || price < lowest ? price : lowest;
		first = false;
	}
	q = db_query(s->db, SQL_SAVE_PRODUCT_SUMS);
	q_i64(q, lowest);
	q_u64(q, best);
	q_u64(q, id);
	return db_run(q, NULL, e);
}

static bool
forget_old_handle(struct catalogue_save *s, const struct product *p, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_HANDLE_TAKEN);

	q_str(q, p->handle);
	return db_run(q, NULL, e);
}

static bool
save_same(struct catalogue_save *s, const struct known *k, const struct product *p, struct catalogue_saved *out,
    struct err *e)
{
	out->id = k->id;
	out->product = CATALOGUE_SAME;
	out->variants_same = p->n_variants;
	if (!s->set_stock)
		return true;
	return catalogue_save_stock(s, k->id, p, out, e)
	    && (out->stock_moved == 0 || (save_sums(s, k->id, e) && catalogue_index(s, k->id, e)));
}

bool
catalogue_save_product(
    struct catalogue_save *s, const struct product *p, struct catalogue_saved *out, struct err *e)
{
	uint8_t hash[DIGEST_B];
	struct pictures pics = {0};
	struct known k;

	*out = (struct catalogue_saved){0};
	if (!recognise(s, p, &k, e) || !content_hash(s, p, hash, e) || (k.id != 0 && !load_pictures(s, k.id, &pics, e)))
		return false;
	if (k.id != 0 && str_eq(k.hash, str_n(hash, DIGEST_B)) && !pictures_differ(p, &pics))
		return save_same(s, &k, p, out, e);
	out->product = k.id == 0 ? CATALOGUE_NEW : CATALOGUE_CHANGED;
	out->old_handle = k.old_handle;
	if (k.old_handle.n > 0 && !rename_product(s, p, &k, e))
		return false;
	if ((k.id == 0 || k.old_handle.n > 0) && !forget_old_handle(s, p, e))
		return false;
	if (!save_row(s, p, &k, hash, e))
		return false;
	out->id = k.id;
	return save_own_text(s, k.id, p, e) && save_words(s, k.id, p, e) && save_pictures(s, k.id, p, &pics, e)
	    && catalogue_save_variants(s, k.id, p, out, e) && save_sums(s, k.id, e) && catalogue_index(s, k.id, e);
}
