#include "store/catalogue/catalogue_save_impl.h"
#include "store/catalogue/product_parts.h"
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

/* A kind of text: the statements that read and write it, and the number of its texts. */
struct save_text {
	unsigned find, put;
	size_t n;
};

static struct db_query *
query_of(struct catalogue_save *s, unsigned stmt, const struct translation *t, uint64_t id)
{
	struct db_query *q = db_query(s->db, stmt);

	if (id != 0) {
		q_u64(q, id);
	} else {
		q_u64(q, t->kind);
		q_str(q, t->of);
	}
	q_str(q, t->lang);
	return q;
}

/* The translated particulars; those without a column in the table stay as they are stored. */
static bool
words_of(struct catalogue_save *s, const struct translation *t, struct str stored, struct str *json, bool *same,
    struct err *e)
{
	struct particulars p = t->particulars, known;

	product_particulars_parse(s->a, stored, &known);
	for (size_t i = 0; i < PARTICULAR__MAX; i++)
		if ((t->given & 1U << i) == 0)
			p.v[i] = known.v[i];
	if (!product_particulars_format(s->a, &p, json, e))
		return false;
	*same = *same && str_eq(*json, stored);
	return true;
}

/* id 0: the text is a term. */
static bool
save_text(
    struct catalogue_save *s, const struct translation *t, enum catalogue_change *change, uint64_t id, struct err *e)
{
	static const struct save_text term = {SQL_SAVE_TERM_IS, SQL_SAVE_TERM, 1},
				      product = {SQL_SAVE_TEXT_IS, SQL_SAVE_TEXT, 4},
				      category = {SQL_SAVE_CATEGORY_TEXT_IS, SQL_SAVE_CATEGORY_TEXT, 2};
	const struct save_text *k = id == 0 ? &term : t->kind == TRANSLATION_PRODUCT ? &product : &category;
	const struct str texts[] = {t->title, t->body_html, t->seo_title, t->seo_description};
	struct db_query *q = query_of(s, k->find, t, id);
	struct str particulars = STR_NONE;
	struct db_rows rows;
	bool found, same = true;

	if (!db_find(q, s->a, &rows, &found, e))
		return false;
	for (size_t i = 0; i < k->n && found; i++)
		same = str_eq(c_str(&rows), texts[i]) && same;
	if (k == &product && !words_of(s, t, found ? c_str_or(&rows, STR_NONE) : STR_NONE, &particulars, &same, e))
		return false;
	same = same && found;
	*change = same ? CATALOGUE_SAME : found ? CATALOGUE_CHANGED : CATALOGUE_NEW;
	if (same)
		return true;
	q = query_of(s, k->put, t, id);
	for (size_t i = 0; i < k->n; i++)
		q_str(q, texts[i]);
	if (k == &product)
		q_str(q, particulars.n > 0 ? particulars : STR(""));
	return db_run(q, NULL, e);
}

bool
catalogue_save_text(struct catalogue_save *s, const struct translation *t, enum catalogue_change *change,
    uint64_t *id, struct err *e)
{
	uint64_t owner = 0;

	*id = 0;
	if ((t->kind >= TRANSLATION_PRODUCT && !find_owner(s, t, &owner, e)) || !save_text(s, t, change, owner, e))
		return false;
	if (t->kind == TRANSLATION_PRODUCT)
		*id = owner;
	return t->kind != TRANSLATION_CATEGORY || *change == CATALOGUE_SAME
	    || db_run_u64(s->db, SQL_SAVE_CATEGORY_CHANGED, owner, e);
}
