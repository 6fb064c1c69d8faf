#include "store/price/price_store.h"

#include <stdlib.h>

#include "plat/text/json.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/catalogue/price_plan.h"
#include "store/sql.h"

#define CHUNK 1000
#define PAST_S (80 * PRICE_DAY_S)

static int
id_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorts the ids and leaves each once. Returns their number. */
static size_t
unique(uint64_t *ids, size_t n)
{
	size_t m = 0;

	qsort(ids, n, sizeof(ids[0]), id_order);
	for (size_t i = 0; i < n; i++)
		if (m == 0 || ids[i] != ids[m - 1])
			ids[m++] = ids[i];
	return m;
}

static bool
select_choice(struct db *db, struct arena *a, const struct price_choice *c, struct db_rows *rows, struct err *e)
{
	static const struct {
		unsigned stmt;
		const char *what;
	} kinds[] = {[PRICE_BY_SKU] = {SQL_PRICE_OF_SKU, "has the SKU"},
	    [PRICE_BY_HANDLE] = {SQL_PRICE_OF_HANDLE, "has the handle"},
	    [PRICE_BY_TAG] = {SQL_PRICE_OF_TAG, "has the tag"},
	    [PRICE_BY_CATEGORY] = {SQL_PRICE_OF_CATEGORY, "is in the category"},
	    [PRICE_BY_ALL] = {SQL_PRICE_OF_ALL, "is in the shop"}};
	struct db_query *q = db_query(db, kinds[c->by].stmt);

	if (c->by != PRICE_BY_ALL)
		q_str(q, c->name);
	if (c->by == PRICE_BY_CATEGORY)
		q_str(q, c->name);
	if (!db_select(q, a, rows, e))
		return false;
	return rows->n > 0
	    || err_set(e, ERR_NOT_FOUND, "no product %s \"%.*s\"", kinds[c->by].what, STR_ARG(c->name));
}

static void
take_goods(struct db_rows *r, struct price_variant *v)
{
	v->id = c_u64(r);
	v->product_id = c_u64(r);
	v->sku = c_str(r);
	v->handle = c_str(r);
	v->title = c_str(r);
	v->options = c_str_or(r, STR(""));
	v->base_minor = c_i64(r);
	v->now_minor = c_i64_or(r, v->base_minor);
}

static int
goods_order(const void *a, const void *b)
{
	const struct price_variant *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

bool
price_load(struct db *db, struct arena *a, struct str shop_lang, const uint64_t *ids, size_t n,
    struct price_goods *goods, struct err *e)
{
	*goods = (struct price_goods){.v = ARENA_ARRAY(a, struct price_variant, n)};
	for (size_t i = 0; i < n; i += CHUNK) {
		struct db_query *q;
		struct db_rows rows;
		struct str json;

		if (!json_ids(a, ids + i, n - i < CHUNK ? n - i : CHUNK, &json, e))
			return false;
		q = db_query(db, SQL_PRICE_VARIANTS);
		q_str(q, json);
		q_str(q, shop_lang);
		if (!db_select(q, a, &rows, e))
			return false;
		while (db_next(&rows) && goods->n < n)
			take_goods(&rows, &goods->v[goods->n++]);
	}
	qsort(goods->v, goods->n, sizeof(goods->v[0]), goods_order);
	return true;
}

bool
price_select(struct db *db, struct arena *a, struct str shop_lang, const struct price_choice *choices, size_t n,
    struct price_goods *goods, struct err *e)
{
	struct db_rows *rows = ARENA_ARRAY(a, struct db_rows, n);
	size_t all = 0, m = 0;
	uint64_t *ids;

	for (size_t i = 0; i < n; i++) {
		if (!select_choice(db, a, &choices[i], &rows[i], e))
			return false;
		all += rows[i].n;
	}
	ids = ARENA_ARRAY(a, uint64_t, all);
	for (size_t i = 0; i < n; i++)
		while (db_next(&rows[i]))
			ids[m++] = c_u64(&rows[i]);
	return price_load(db, a, shop_lang, ids, unique(ids, m), goods, e);
}

static uint64_t *
variant_ids(struct arena *a, const struct price_goods *goods)
{
	uint64_t *ids = ARENA_ARRAY(a, uint64_t, goods->n);

	for (size_t i = 0; i < goods->n; i++)
		ids[i] = goods->v[i].id;
	return ids;
}

static uint64_t *
product_ids(struct arena *a, const struct price_goods *goods, size_t *n)
{
	uint64_t *ids = ARENA_ARRAY(a, uint64_t, goods->n);

	for (size_t i = 0; i < goods->n; i++)
		ids[i] = goods->v[i].product_id;
	*n = unique(ids, goods->n);
	return ids;
}

bool
price_set(struct db *db, struct arena *a, const struct price_goods *goods, int64_t minor, int64_t now_s, struct err *e)
{
	for (size_t i = 0; i < goods->n; i++) {
		struct db_query *q = db_query(db, SQL_PRICE_SET);

		q_i64(q, minor);
		q_u64(q, goods->v[i].id);
		if (!db_run(q, NULL, e) || !db_run_u64(db, SQL_PRICE_UNLIKE, goods->v[i].product_id, e))
			return false;
	}
	return price_changed(db, a, goods, now_s, e);
}

bool
price_changed(struct db *db, struct arena *a, const struct price_goods *goods, int64_t now_s, struct err *e)
{
	size_t n;
	const uint64_t *ids = product_ids(a, goods, &n);

	if (!price_plan_save(db, a, variant_ids(a, goods), goods->n, now_s, e))
		return false;
	for (size_t i = 0; i < n; i += CHUNK) {
		struct str json;

		if (!json_ids(a, ids + i, n - i < CHUNK ? n - i : CHUNK, &json, e) || !price_plan_sort(db, json, e)
		    || !catalogue_all_changed(db, json, now_s, e))
			return false;
	}
	return true;
}

bool
price_invent_past(struct db *db, struct str rows, int64_t now_s, struct err *e)
{
	static const unsigned stmts[] = {SQL_PRICE_PAST_CHANGE, SQL_PRICE_PAST_FIRST};

	for (size_t i = 0; i < ARRAY_LEN(stmts); i++) {
		struct db_query *q = db_query(db, stmts[i]);

		q_i64(q, now_s);
		q_str(q, rows);
		q_i64(q, now_s - PAST_S);
		if (!db_run(q, NULL, e))
			return false;
	}
	return true;
}

bool
price_forget(struct outbox_forget *x, const struct price_goods *goods, struct err *e)
{
	size_t n;
	uint64_t *ids = product_ids(x->a, goods, &n);

	for (size_t i = 0; i < n; i += CHUNK)
		if (!catalogue_forget(
			x, &(struct catalogue_stale){.v = ids + i, .n = n - i < CHUNK ? n - i : CHUNK}, e))
			return false;
	return true;
}
