#include "store/catalogue/maker_store.h"

#include "plat/text/json.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/sql.h"

#define LACK_SHOWN 3
#define PATHS_MAX_B ((size_t)256 << 10)
#define MARK_MAX 500 /* products in one statement */

bool
maker_list(struct db *db, struct arena *a, struct makers *out, struct err *e)
{
	struct db_rows rows;

	if (!db_select(db_query(db, SQL_MAKERS), a, &rows, e))
		return false;
	out->v = ARENA_ARRAY(a, struct maker, rows.n + 1);
	for (out->n = 0; db_next(&rows); out->n++) {
		struct maker *m = &out->v[out->n];

		m->name = c_str(&rows);
		m->company = c_str(&rows);
		m->address = c_str(&rows);
		m->contact = c_str(&rows);
		m->country = c_str(&rows);
		m->eu_company = c_str(&rows);
		m->eu_address = c_str(&rows);
		m->eu_contact = c_str(&rows);
	}
	return true;
}

const struct maker *
maker_find(const struct makers *makers, struct str name)
{
	for (size_t i = 0; i < makers->n; i++)
		if (str_eq_case(makers->v[i].name, name))
			return &makers->v[i];
	return NULL;
}

static bool
maker_mark(struct db *db, struct maker_change *x, struct err *e)
{
	for (size_t i = 0; i < x->n_products; i += MARK_MAX) {
		size_t n = x->n_products - i < MARK_MAX ? x->n_products - i : MARK_MAX;
		struct str ids;

		if (!json_ids(x->a, x->products + i, n, &ids, e) || !catalogue_all_changed(db, ids, x->now_s, e))
			return false;
	}
	return true;
}

static bool
maker_products(struct db *db, struct maker_change *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_MAKER_PRODUCTS);
	struct db_rows rows;

	q_str(q, x->own_lang);
	q_str(q, x->maker->name);
	q_str(q, x->maker->name);
	if (!db_select(q, x->a, &rows, e))
		return false;
	x->products = ARENA_ARRAY(x->a, uint64_t, rows.n + 1);
	for (x->n_products = 0; db_next(&rows);)
		x->products[x->n_products++] = c_u64(&rows);
	return true;
}

bool
maker_change(struct db *db, struct maker_change *x, struct err *e)
{
	const struct maker *m = x->maker;
	const struct str fields[] = {
	    m->name, m->company, m->address, m->contact, m->country, m->eu_company, m->eu_address, m->eu_contact};
	struct db_query *q = db_query(db, x->remove ? SQL_MAKER_REMOVE : SQL_MAKER_SAVE);
	uint64_t n;

	for (size_t i = 0; i < (x->remove ? 1 : ARRAY_LEN(fields)); i++)
		q_str(q, fields[i].n > 0 ? fields[i] : STR(""));
	if (!db_run(q, &n, e))
		return false;
	if (x->remove && n == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no maker \"%.*s\"", STR_ARG(m->name));
	return maker_products(db, x, e) && maker_mark(db, x, e);
}

bool
maker_goods_lack(struct db *db, struct arena *a, struct maker_lack *x, struct err *e)
{
	struct db_query *q;
	struct json_out w;
	struct db_rows rows;
	struct str json;

	json_init(&w, a, PATHS_MAX_B, '[');
	for (size_t i = 0; i < x->n_paths; i++)
		json_put_str(&w, x->paths[i]);
	if (!json_done(&w, ']', &json, e))
		return false;
	q = db_query(db, SQL_GOODS_LACK);
	q_i64(q, LACK_SHOWN);
	q_str(q, x->own_lang);
	q_str(q, json);
	q_u64(q, x->need);
	if (!db_get(q, a, &rows, e))
		return false;
	x->n = c_u64(&rows);
	x->handles = c_str_or(&rows, STR_NONE);
	return true;
}
