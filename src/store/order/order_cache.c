#include "store/order/order_cache.h"

#include "plat/text/secret.h"
#include "store/outbox_store.h"

struct str
order_cache_id(struct arena *a, struct str token_hash)
{
	return secret_hex(a, token_hash.p, token_hash.n);
}

bool
order_changed(struct db *db, struct arena *a, struct str token_hash, int64_t now_s, struct err *e)
{
	return outbox_put(db,
	    &(struct outbox_row){.kind = STR("cache"),
		.subject = str_fmt(a, "order/%.*s", STR_ARG(order_cache_id(a, token_hash))),
		.version = db_last_id(db), /* of the first of the new events: no other change has it */
		.now_s = now_s},
	    e);
}

bool
order_forget(struct cache *cache, struct arena *a, const struct conf *conf, struct str id)
{
	const struct conf_list *langs = &conf->site_languages;
	struct cache_key *keys = ARENA_ARRAY(a, struct cache_key, langs->n);

	for (size_t i = 0; i < langs->n; i++)
		keys[i] = cache_key(cache, CACHE_order, langs->v[i], id);
	return cache_forget(cache, a, keys, langs->n);
}
