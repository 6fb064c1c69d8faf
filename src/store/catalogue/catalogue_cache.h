/* catalogue_cache.h - the cached values that a change of products makes stale, and their removal.
 *
 * In every language go at once: the product's card, the product under its address and under all that it had before,
 * and, when contents were saved, the aggregates of the goods (cache.def). Lists of ids, categories and the ways to them
 * follow with their soft expiry. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_CACHE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_CACHE_H

#include "store/outbox_store.h"

/* Call it inside the transaction that changes what pages show of a product, such as its stock: raises its version and
 * puts "product/ID" into the outbox. */
MUST_USE bool catalogue_changed(struct db *, uint64_t product_id, int64_t now_s, struct err *);

/* The same for many products: `ids` is a list as json_ids() writes it. */
MUST_USE bool catalogue_all_changed(struct db *, struct str ids, int64_t now_s, struct err *);

/* Contents were saved: call it once for a transaction, after catalogue_all_changed(), with one of the products. */
MUST_USE bool catalogue_goods_changed(struct db *, uint64_t product_id, int64_t now_s, struct err *);

/* Call it after the COMMIT; each id stands once. If memcached does not confirm all, kontor-jobs forgets them again from
 * the outbox. */
struct catalogue_stale {
	const uint64_t *v;
	size_t n;
	bool goods; /* contents were saved */
};
MUST_USE bool catalogue_forget(struct outbox_forget *, const struct catalogue_stale *, struct err *);

/* Sets *empty if the shop has no product at all. */
MUST_USE bool catalogue_is_empty(struct db *, struct arena *, bool *empty, struct err *);

#endif
