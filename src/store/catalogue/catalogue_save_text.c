#include "store/catalogue/catalogue_save_impl.h"
#include "store/sql.h"

static bool
find_owner(struct catalogue_save *s, const struct translation *t, uint64_t *id, struct err *e)
{
	bool product = t->kind == TRANSLATION_PRODUCT, found;
	struct db_query *q = db_query(s->db, product ? SQL_SAVE_PRODUCT_OF_HANDLE : SQL_SAVE_CATEGORY_OF_PATH);
	struct db_rows rows;

	q_str(q, t->of);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no such %s", product ? "product" : "category");
	*id = c_u64(&rows);
	return true;
}

static bool
save_product_text(
    struct catalogue_save *s, const struct translation *t, enum catalogue_change *change, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_TEXT_IS);
	struct db_rows rows;
	bool found, same;

	q_u64(q, id);
	q_str(q, t->lang);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	*change = found ? CATALOGUE_CHANGED : CATALOGUE_NEW;
	same = found && str_eq(c_str(&rows), t->title);
	same = same && str_eq(c_str(&rows), t->body_html);
	same = same && str_eq(c_str(&rows), t->seo_title);
	same = same && str_eq(c_str(&rows), t->seo_description);
	if (same) {
		*change = CATALOGUE_SAME;
		return true;
	}
	q = db_query(s->db, SQL_SAVE_TEXT);
	q_u64(q, id);
	q_str(q, t->lang);
	q_str(q, t->title);
	q_str(q, t->body_html);
	q_str(q, t->seo_title);
	q_str(q, t->seo_description);
	return db_run(q, NULL, e);
}

static bool
save_category_text(
    struct catalogue_save *s, const struct translation *t, enum catalogue_change *change, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_CATEGORY_TEXT_IS);
	struct db_rows rows;
	bool found, same;

	q_u64(q, id);
	q_str(q, t->lang);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	*change = found ? CATALOGUE_CHANGED : CATALOGUE_NEW;
	same = found && str_eq(c_str(&rows), t->title);
	same = same && str_eq(c_str(&rows), t->body_html);
	if (same) {
		*change = CATALOGUE_SAME;
		return true;
	}
	q = db_query(s->db, SQL_SAVE_CATEGORY_TEXT);
	q_u64(q, id);
	q_str(q, t->lang);
	q_str(q, t->title);
	q_str(q, t->body_html);
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(s->db, SQL_SAVE_CATEGORY_CHANGED);
	q_u64(q, id);
	return db_run(q, NULL, e);
}

static bool
save_term(struct catalogue_save *s, const struct translation *t, enum catalogue_change *change, struct err *e)
{
	struct db_query *q = db_query(s->db, SQL_SAVE_TERM_IS);
	struct db_rows rows;
	bool found;

	q_u64(q, t->kind);
	q_str(q, t->of);
	q_str(q, t->lang);
	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	*change = found ? CATALOGUE_CHANGED : CATALOGUE_NEW;
	if (found && str_eq(c_str(&rows), t->title)) {
		*change = CATALOGUE_SAME;
		return true;
	}
	q = db_query(s->db, SQL_SAVE_TERM);
	q_u64(q, t->kind);
	q_str(q, t->of);
	q_str(q, t->lang);
	q_str(q, t->title);
	return db_run(q, NULL, e);
}

bool
catalogue_save_text(struct catalogue_save *s, const struct translation *t, enum catalogue_change *change,
    uint64_t *id, struct err *e)
{
	uint64_t owner = 0;

	*id = 0;
	if (t->kind < TRANSLATION_PRODUCT)
		return save_term(s, t, change, e);
	if (!find_owner(s, t, &owner, e))
		return false;
	if (t->kind == TRANSLATION_CATEGORY)
		return save_category_text(s, t, change, owner, e);
	*id = owner;
	return save_product_text(s, t, change, owner, e);
}
