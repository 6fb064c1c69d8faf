#include "store/order_cache.h"

#include "plat/secret.h"
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
order_forget(struct cache *cache, const struct conf *conf, struct str id)
{
	bool done = true;

	for (size_t i = 0; i < conf->site_languages.n; i++) {
		struct cache_key key = cache_key(cache, CACHE_order, conf->site_languages.v[i], id);

		done = cache_forget(cache, &key) && done;
	}
	return done;
}
