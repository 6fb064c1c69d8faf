/* Categories: makes them and their slugs, and reads them for many products at once. */
#include <stdlib.h>

#include "plat/text/fold.h"
#include "plat/text/secret.h"
#include "store/catalogue/catalogue_save_impl.h"
#include "store/sql.h"

#define SLUG_MAX 80

/* ASCII letters and digits, joined by hyphens. A name with other letters, or without any, ends with a hash. */
static bool
slug_of(struct catalogue_save *s, struct str text, struct str *out, struct err *e)
{
	uint8_t hash[DIGEST_B];
	struct str folded;
	struct buf b;
	bool foreign = false, due = false;

	if (!fold_text(s->a, text, FOLD_GERMAN, &folded, e) || !digest(text, hash, e))
		return false;
	buf_init(&b, s->a, SLUG_MAX * 4);
	for (size_t i = 0; i < folded.n && b.n < SLUG_MAX; i++) {
		unsigned char c = (unsigned char)folded.p[i];

		foreign = foreign || c >= 0x80;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (due && b.n > 0)
				buf_ch(&b, '-');
			due = false;
			buf_ch(&b, (char)c);
		} else {
			due = true;
		}
	}
	if (foreign || b.n == 0) {
		if (b.n > 0)
			buf_ch(&b, '-');
		buf_put(&b, str_head(secret_hex(s->a, hash, DIGEST_B), 8));
	}
	*out = buf_str(&b);
	return buf_check(&b, e);
}

static bool
find_id(struct catalogue_save *s, unsigned stmt, struct str key, uint64_t *id, struct err *e)
{
	struct db_query *q = db_query(s->db, stmt);
	struct db_rows rows;
	bool found;

	q_str(q, key);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	*id = found ? c_u64(&rows) : 0;
	return true;
}

/* A free slug: from the last name alone, else from the whole path, else with a number appended. */
static bool
free_slug(struct catalogue_save *s, struct str path, struct str *slug, struct err *e)
{
	struct str whole;
	uint64_t id;

	if (!slug_of(s, product_category_name(path), slug, e) || !find_id(s, SQL_SAVE_CATEGORY_SLUG_IS, *slug, &id, e))
		return false;
	if (id == 0)
		return true;
	if (!slug_of(s, path, &whole, e))
		return false;
	*slug = whole;
	for (int i = 2; i < 1000; i++) {
		if (!find_id(s, SQL_SAVE_CATEGORY_SLUG_IS, *slug, &id, e))
			return false;
		if (id == 0)
			return true;
		*slug = str_fmt(s->a, "%.*s-%d", STR_ARG(whole), i);
	}
	return err_set(e, ERR_LIMIT, "no free slug for the category %.*s", STR_ARG(path));
}

static bool
make_category(struct catalogue_save *s, struct str path, uint64_t parent, uint64_t *id, struct err *e)
{
	struct db_query *q;
	struct str slug;

	if (!free_slug(s, path, &slug, e))
		return false;
	q = db_query(s->db, SQL_SAVE_CATEGORY_NEW);
	if (parent == 0)
		q_null(q);
	else
		q_u64(q, parent);
	q_str(q, path);
	q_str(q, slug);
	q_u64(q, product_category_depth(path) - 1);
	if (!db_run(q, NULL, e))
		return false;
	*id = db_last_id(s->db);
	q = db_query(s->db, SQL_SAVE_CATEGORY_TEXT);
	q_u64(q, *id);
	q_str(q, s->langs[0]);
	q_str(q, product_category_name(path));
	q_str(q, STR(""));
	return db_run(q, NULL, e);
}

bool
catalogue_category(struct catalogue_save *s, struct str path, uint64_t *id, struct err *e)
{
	size_t depth = product_category_depth(path);
	uint64_t parent = 0;

	*id = 0;
	for (size_t i = 1; i <= depth; i++) {
		struct str head = product_category_head(path, i);

		parent = *id;
		if (!find_id(s, SQL_SAVE_CATEGORY_OF_PATH, head, id, e))
			return false;
		if (*id == 0 && !make_category(s, head, parent, id, e))
			return false;
	}
	return true;
}

static int
by_path(const void *a, const void *b)
{
	return str_cmp(((const struct save_category *)a)->path, ((const struct save_category *)b)->path);
}

/* Each path and its ancestors, without repetition. */
static bool
list_of_heads(struct arena *a, const struct str *paths, size_t n, struct str *json, struct err *e)
{
	struct str *heads = ARENA_ARRAY(a, struct str, n * PRODUCT_CATEGORY_DEPTH_MAX + 1);
	struct json_out rows;
	size_t n_heads = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t d = product_category_depth(paths[i]); d > 0 && d <= PRODUCT_CATEGORY_DEPTH_MAX; d--)
			heads[n_heads++] = product_category_head(paths[i], d);
	qsort(heads, n_heads, sizeof(heads[0]), str_order);
	json_init(&rows, a, ROWS_MAX_B, '[');
	for (size_t i = 0; i < n_heads; i++) {
		if (i > 0 && str_eq(heads[i], heads[i - 1]))
			continue;
		json_begin(&rows, '[');
		json_put_str(&rows, heads[i]);
		json_end(&rows, ']');
	}
	return json_done(&rows, ']', json, e);
}

static void
add_title(struct arena *a, struct save_category *c, struct db_rows *rows)
{
	struct save_title *t;

	if (c_is_null(rows))
		return;
	t = ARENA_NEW(a, struct save_title);
	t->lang = c_str(rows);
	t->title = c_str(rows);
	t->next = c->titles;
	c->titles = t;
}

bool
save_categories_load(
    struct catalogue_save *s, const struct str *paths, size_t n, struct save_categories *out, struct err *e)
{
	struct db_rows rows;
	struct str json;
	uint64_t last = 0;

	*out = (struct save_categories){0};
	if (!list_of_heads(s->a, paths, n, &json, e)
	    || !db_select_str(s->db, SQL_SAVE_CATEGORIES, json, s->a, &rows, e))
		return false;
	out->v = ARENA_ARRAY(s->a, struct save_category, rows.n + 1);
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);
		struct str path = c_str(&rows);

		if (id != last)
			out->v[out->n++] = (struct save_category){.id = id, .path = path};
		last = id;
		add_title(s->a, &out->v[out->n - 1], &rows);
	}
	qsort(out->v, out->n, sizeof(out->v[0]), by_path);
	return true;
}

const struct save_category *
save_categories_find(const struct save_categories *c, struct str path)
{
	struct save_category key = {.path = path};

	return c->n == 0 ? NULL : bsearch(&key, c->v, c->n, sizeof(c->v[0]), by_path);
}
