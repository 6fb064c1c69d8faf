#include "store/catalogue/catalogue_cache.h"

#include <stdio.h>

#include "base/num.h"
#include "plat/text/json.h"
#include "store/sql.h"

#define KEYS_MAX 256 /* deleted in one exchange */
#define ARENA_MAX_B ((size_t)8 << 20)

bool
catalogue_changed(struct db *db, uint64_t product_id, int64_t now_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_CHANGED);
	char id[24];
	uint64_t n;

	q_u64(q, product_id);
	if (!db_run(q, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_BUG, "there is no product %llu", (unsigned long long)product_id);
	snprintf(id, sizeof(id), "%llu", (unsigned long long)product_id);
	return outbox_stale(db, OUTBOX_product, str_z(id), db_last_id(db), now_s, e);
}

static bool
note(struct db *db, enum outbox_subject subject, struct str ids, int64_t now_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCTS_NOTED);

	q_str(q, str_z(outbox_subject_name(subject)));
	q_i64(q, now_s);
	q_i64(q, now_s);
	q_str(q, ids);
	return db_run(q, NULL, e);
}

bool
catalogue_all_changed(struct db *db, struct str ids, int64_t now_s, struct err *e)
{
	return db_run_str(db, SQL_PRODUCTS_CHANGED, ids, e) && note(db, OUTBOX_product, ids, now_s, e);
}

bool
catalogue_goods_changed(struct db *db, uint64_t product_id, int64_t now_s, struct err *e)
{
	char ids[32];

	snprintf(ids, sizeof(ids), "[%llu]", (unsigned long long)product_id);
	return note(db, OUTBOX_goods, str_z(ids), now_s, e);
}

/* Keys that are collected for deletion. */
struct keys {
	struct cache *cache;
	const struct conf_list *langs;
	struct arena a;
	struct cache_key v[KEYS_MAX];
	size_t n;
	bool done;
};

static void
send_keys(struct keys *k)
{
	struct arena_mark before = arena_mark(&k->a);

	k->done = (k->n == 0 || cache_forget(k->cache, &k->a, k->v, k->n)) && k->done;
	arena_rewind(&k->a, before);
	k->n = 0;
}

static void
forget(struct keys *k, enum cache_class cls, struct str lang, struct str id)
{
	if (k->n == KEYS_MAX)
		send_keys(k);
	k->v[k->n++] = cache_key(k->cache, cls, lang, id);
}

static void
forget_card(struct keys *k, uint64_t product_id)
{
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)product_id);
	for (size_t i = 0; i < k->langs->n; i++)
		forget(k, CACHE_card, k->langs->v[i], str_z(id));
}

/* Deletes the products under all present and earlier addresses: an earlier address redirects to the present one. */
static bool
forget_addresses(struct db *db, struct keys *k, const struct catalogue_stale *ids, struct err *e)
{
	struct db_rows rows;
	struct str json;

	if (!json_ids(&k->a, ids->v, ids->n, &json, e)
	    || !db_select_str(db, SQL_PRODUCTS_HANDLES, json, &k->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct str handle = c_str(&rows);

		for (size_t i = 0; i < k->langs->n; i++)
			forget(k, CACHE_product, k->langs->v[i], handle);
	}
	return true;
}

bool
catalogue_forget(struct outbox_forget *x, const struct catalogue_stale *stale, struct err *e)
{
	struct keys k = {.cache = x->cache, .langs = &x->conf->site_languages, .done = true};
	bool ok;

	arena_init(&k.a, ARENA_MAX_B);
	for (size_t i = 0; i < stale->n; i++)
		forget_card(&k, stale->v[i]);
	ok = stale->n == 0 || forget_addresses(x->db, &k, stale, e);
	send_keys(&k);
	x->done = k.done && x->done;
	arena_fini(&k.a);
	if (stale->goods)
		outbox_forget_aggregates(x, OUTBOX_goods);
	return ok;
}

bool
outbox_forget_product(struct outbox_forget *x, struct str id, struct err *e)
{
	uint64_t product_id;

	if (!num_u64(id, 1, UINT64_MAX, &product_id))
		return err_set(e, ERR_INPUT, "not the id of a product");
	return catalogue_forget(x, &(struct catalogue_stale){.v = &product_id, .n = 1}, e);
}

bool
catalogue_is_empty(struct db *db, struct arena *a, bool *empty, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_PRODUCT_TOP), a, &rows, e))
		return false;
	*empty = c_u64(&rows) == 0;
	return true;
}
