/* Categories, as declared in catalogue_read.h. */
#include "store/catalogue/catalogue_read.h"
#include "store/sql.h"

#define WAY_MAX 8 /* levels of categories */

static void
take_category(struct db_rows *r, struct catalogue_category *c)
{
	c->id = c_u64(r);
	c->parent_id = c_u64_or(r, 0);
	c->count = c_u64(r);
	c->slug = c_str(r);
	c->title = c_str(r);
	c->body_html = c_str(r);
	c->image.hash = c_bytes_or(r, STR_NONE);
	c->image.w = (int64_t)c_u64(r);
	c->image.h = (int64_t)c_u64(r);
	c->image.alt = c->title;
}

static struct db_query *
query_in(struct db *db, unsigned stmt, const struct catalogue_langs *langs)
{
	struct db_query *q = db_query(db, stmt);

	q_str(q, langs->lang);
	q_str(q, langs->shop_lang);
	return q;
}

static bool
category_find(struct db_query *q, struct arena *a, struct catalogue_category **out, struct err *e)
{
	struct db_rows rows;
	bool found;

	*out = NULL;
	if (!db_find(q, a, &rows, &found, e) || !found)
		return e->kind == ERR_NONE;
	*out = ARENA_NEW(a, struct catalogue_category);
	take_category(&rows, *out);
	return true;
}

bool
catalogue_find_category(struct db *db, struct arena *a, const struct catalogue_langs *langs, struct str slug,
    struct catalogue_category **out, struct err *e)
{
	struct db_query *q = query_in(db, SQL_CATEGORY_OF_SLUG, langs);

	q_str(q, slug);
	return category_find(q, a, out, e);
}

bool
catalogue_children(struct db *db, struct arena *a, const struct catalogue_langs *langs, uint64_t parent,
    struct catalogue_categories *out, struct err *e)
{
	struct db_query *q = query_in(db, parent == 0 ? SQL_CATEGORY_TOPS : SQL_CATEGORY_CHILDREN, langs);
	struct db_rows rows;

	if (parent != 0)
		q_u64(q, parent);
	if (!db_select(q, a, &rows, e))
		return false;
	*out = (struct catalogue_categories){ARENA_ARRAY(a, struct catalogue_category, rows.n), 0};
	while (db_next(&rows))
		take_category(&rows, &out->v[out->n++]);
	return true;
}

bool
catalogue_way(struct db *db, struct arena *a, const struct catalogue_langs *langs, uint64_t id,
    struct catalogue_categories *out, struct err *e)
{
	struct catalogue_category *up[WAY_MAX];
	size_t n = 0;

	for (; id != 0 && n < WAY_MAX; n++) {
		struct db_query *q = query_in(db, SQL_CATEGORY_OF_ID, langs);

		q_u64(q, id);
		if (!category_find(q, a, &up[n], e))
			return false;
		if (up[n] == NULL)
			break;
		id = up[n]->parent_id;
	}
	*out = (struct catalogue_categories){ARENA_ARRAY(a, struct catalogue_category, n), n};
	for (size_t i = 0; i < n; i++)
		out->v[i] = *up[n - 1 - i];
	return true;
}
