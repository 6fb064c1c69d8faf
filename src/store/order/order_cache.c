#include "store/order/order_cache.h"

#include "plat/text/secret.h"

struct str
order_cache_id(struct arena *a, struct str token_hash)
{
	return secret_hex(a, token_hash.p, token_hash.n);
}

bool
order_changed(struct db *db, struct arena *a, struct str token_hash, int64_t now_s, struct err *e)
{
	/* The version is the id of the first new event, which no other change has. */
	return outbox_stale(db, OUTBOX_order, order_cache_id(a, token_hash), db_last_id(db), now_s, e);
}

bool
outbox_forget_order(struct outbox_forget *x, struct str id, struct err *e)
{
	const struct conf_list *langs = &x->conf->site_languages;
	struct cache_key *keys = ARENA_ARRAY(x->a, struct cache_key, langs->n);

	if (id.n == 0)
		return err_set(e, ERR_INPUT, "not the id of an order");
	for (size_t i = 0; i < langs->n; i++)
		keys[i] = cache_key(x->cache, CACHE_order, langs->v[i], id);
	x->done = cache_forget(x->cache, x->a, keys, langs->n) && x->done;
	return true;
}
