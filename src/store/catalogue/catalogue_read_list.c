/* Reads the lists declared in catalogue_read.h: ids by keyset paging, and cards by id. */
#include "base/num.h"
#include "plat/text/json.h"
#include "store/catalogue/catalogue_read_impl.h"
#include "store/catalogue/price_plan.h"
#include "store/sql.h"

static bool
take_card(struct db_rows *r, struct catalogue_card *c, struct err *e)
{
	int64_t in_s;

	c->id = c_u64(r);
	c->version = c_u64(r);
	c->handle = c_str(r);
	c->vendor = c_str(r);
	c->title = c_str(r);
	c->image.hash = c_bytes_or(r, STR_NONE);
	c->image.alt = c_str_or(r, STR(""));
	c->image.w = (int64_t)c_u64_or(r, 0);
	c->image.h = (int64_t)c_u64_or(r, 0);
	c->cheapest.id = c_u64(r);
	if (!price_plan_take(r, &c->cheapest, e))
		return false;
	in_s = c_i64_or(r, 0);
	if (in_s > 0 && (c->cheapest.change_in_s == 0 || in_s < c->cheapest.change_in_s))
		c->cheapest.change_in_s = in_s;
	c->price_max_minor = c_i64_or(r, c->cheapest.price_minor);
	c->cheapest.shipped = c_u64(r) != 0;
	catalogue_read_measure(r, &c->cheapest.measure);
	c->avail = (enum stock_avail)c_u64(r);
	c->energy_class = c_str_or(r, STR_NONE);
	c->energy_scale = c_str_or(r, STR_NONE);
	return true;
}

bool
catalogue_load_cards(struct db *db, struct arena *a, const struct catalogue_langs *langs, const uint64_t *ids,
    size_t n_ids, struct catalogue_cards *cards, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CARDS);
	struct db_rows rows;
	struct str json;

	if (!json_ids(a, ids, n_ids, &json, e))
		return false;
	q_str(q, json);
	q_str(q, langs->lang);
	q_str(q, langs->shop_lang);
	if (!db_select(q, a, &rows, e))
		return false;
	cards->v = ARENA_ARRAY(a, struct catalogue_card, rows.n);
	cards->n = 0;
	while (db_next(&rows))
		if (!take_card(&rows, &cards->v[cards->n++], e))
			return false;
	return true;
}

/* A cursor is "<key>.<product id>". The key is a number, or a title as it is stored for sorting. */
static bool
cursor_parse(struct str after, struct str *key, uint64_t *id)
{
	ptrdiff_t dot = -1;

	for (size_t i = after.n; i > 0 && dot < 0; i--)
		if (after.p[i - 1] == '.')
			dot = (ptrdiff_t)i - 1;
	if (dot < 0)
		return false;
	*key = str_head(after, (size_t)dot);
	return num_u64(str_from(after, (size_t)dot + 1), 1, UINT64_MAX, id);
}

static bool
query_by_name(struct db *db, struct arena *a, struct str lang, const struct catalogue_list_query *lq,
    struct db_rows *rows, struct err *e)
{
	struct db_query *q;
	struct str key = STR("");
	uint64_t id = 0;

	if (lq->after.n > 0 && !cursor_parse(lq->after, &key, &id))
		return err_set(e, ERR_INPUT, "not a cursor of this list");
	q = db_query(db, SQL_LIST_NAME);
	q_u64(q, lq->category);
	q_str(q, lang);
	q_str(q, key);
	q_str(q, key);
	q_str(q, key);
	q_u64(q, id);
	q_u64(q, lq->n + 1);
	return db_select(q, a, rows, e);
}

static bool
query_by_number(
    struct db *db, struct arena *a, const struct catalogue_list_query *lq, struct db_rows *rows, struct err *e)
{
	static const struct {
		unsigned stmt;
		int64_t key;
		uint64_t id;
	} starts[] = {[SORT_NEWEST] = {SQL_LIST_NEWEST, INT64_MAX, UINT64_MAX}, [SORT_PRICE] = {SQL_LIST_PRICE, 0, 0},
	    [SORT_PRICE_DOWN] = {SQL_LIST_PRICE_DOWN, INT64_MAX, UINT64_MAX}};
	int64_t key = starts[lq->sort].key;
	uint64_t id = starts[lq->sort].id;
	struct db_query *q;
	struct str text;

	if (lq->after.n > 0
	    && (!cursor_parse(lq->after, &text, &id) || !num_i64(text, INT64_MIN + 1, INT64_MAX, &key)))
		return err_set(e, ERR_INPUT, "not a cursor of this list");
	q = db_query(db, starts[lq->sort].stmt);
	q_u64(q, lq->category);
	q_i64(q, key);
	q_i64(q, key);
	q_u64(q, id);
	q_u64(q, lq->n + 1);
	return db_select(q, a, rows, e);
}

bool
catalogue_list(struct db *db, struct arena *a, struct str lang, const struct catalogue_list_query *lq,
    struct catalogue_list *list, struct err *e)
{
	struct db_rows rows;

	*list = (struct catalogue_list){.next = STR_NONE};
	if (!(lq->sort == SORT_NAME ? query_by_name(db, a, lang, lq, &rows, e) : query_by_number(db, a, lq, &rows, e)))
		return false;
	list->ids = ARENA_ARRAY(a, uint64_t, rows.n);
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);

		if (list->n == lq->n)
			break; /* the extra row shows that there is a next page */
		list->ids[list->n++] = id;
		if (list->n < lq->n || rows.n <= lq->n)
			continue;
		if (lq->sort == SORT_NAME) {
			struct str title = c_str(&rows);

			list->next = str_fmt(a, "%.*s.%llu", STR_ARG(title), (unsigned long long)id);
		} else {
			list->next = str_fmt(a, "%lld.%llu", (long long)c_i64(&rows), (unsigned long long)id);
		}
	}
	return true;
}

bool
catalogue_tagged(struct db *db, struct arena *a, struct str tag, size_t n, struct catalogue_list *list, struct err *e)
{
	struct db_query *q = db_query(db, SQL_LIST_TAGGED);

	struct db_rows rows;

	*list = (struct catalogue_list){.next = STR_NONE};
	q_str(q, tag);
	q_u64(q, n);
	if (!db_select(q, a, &rows, e))
		return false;
	list->ids = ARENA_ARRAY(a, uint64_t, rows.n);
	while (db_next(&rows))
		list->ids[list->n++] = c_u64(&rows);
	return true;
}
