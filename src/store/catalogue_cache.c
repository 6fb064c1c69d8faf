#include "store/catalogue_cache.h"

#include <stdio.h>

#include "store/sql.h"

static bool
forget(struct cache *cache, enum cache_class cls, struct str lang, struct str id)
{
	struct cache_key key = cache_key(cache, cls, lang, id);

	return cache_forget(cache, &key);
}

/* Under each address that the product has or had: the old ones say where it has moved. */
static bool
forget_addresses(struct db *db, struct cache *cache, const struct conf_list *langs, uint64_t product_id, bool *done,
    struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_HANDLES);
	struct db_rows rows;
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)1 << 20);
	q_u64(q, product_id);
	q_u64(q, product_id);
	ok = db_select(q, &a, &rows, e);
	while (ok && db_next(&rows)) {
		struct str handle = c_str(&rows);

		for (size_t i = 0; i < langs->n; i++)
			*done = forget(cache, CACHE_product, langs->v[i], handle) && *done;
	}
	arena_fini(&a);
	return ok;
}

bool
catalogue_forget(struct db *db, struct cache *cache, const struct conf *conf, uint64_t product_id, bool *done,
    struct err *e)
{
	char id[24];

	*done = true;
	snprintf(id, sizeof(id), "%llu", (unsigned long long)product_id);
	for (size_t i = 0; i < conf->site_languages.n; i++)
		*done = forget(cache, CACHE_card, conf->site_languages.v[i], str_z(id)) && *done;
	return forget_addresses(db, cache, &conf->site_languages, product_id, done, e);
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
