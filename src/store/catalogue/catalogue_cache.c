#include "store/catalogue/catalogue_cache.h"

#include <stdio.h>

#include "plat/text/json.h"
#include "store/sql.h"

#define KEYS_MAX 256 /* by one exchange */
#define ARENA_MAX_B ((size_t)8 << 20)

/* Keys on their way to be forgotten. */
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

/* Under each address that the products have or had: the old ones say where they have moved. */
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
catalogue_forget_all(struct db *db, struct cache *cache, const struct conf *conf, const struct catalogue_stale *ids,
    bool *done, struct err *e)
{
	struct keys k = {.cache = cache, .langs = &conf->site_languages, .done = true};
	bool ok;

	arena_init(&k.a, ARENA_MAX_B);
	for (size_t i = 0; i < ids->n; i++)
		forget_card(&k, ids->v[i]);
	ok = ids->n == 0 || forget_addresses(db, &k, ids, e);
	send_keys(&k);
	*done = k.done;
	arena_fini(&k.a);
	return ok;
}

bool
catalogue_forget(struct db *db, struct cache *cache, const struct conf *conf, uint64_t product_id, bool *done,
    struct err *e)
{
	return catalogue_forget_all(db, cache, conf, &(struct catalogue_stale){&product_id, 1}, done, e);
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
