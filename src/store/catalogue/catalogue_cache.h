/* catalogue_cache.h - finds and deletes the cached values that a change of products makes stale.
 *
 * Deleted at once, in every language: the product's card, the product under its present and all earlier addresses, and,
 * after a save of contents, the aggregates of the goods (cache.def). Lists of ids, categories and their paths stay
 * until their soft expiry. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_CACHE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_CACHE_H

#include "store/outbox_store.h"

/* Raises the product's version and puts "product/ID" into the outbox. Call it inside the transaction that changes
 * anything that pages show, such as stock. */
MUST_USE bool catalogue_changed(struct db *, uint64_t product_id, int64_t now_s, struct err *);

/* The same for many products: `ids` comes from json_ids(). */
MUST_USE bool catalogue_all_changed(struct db *, struct str ids, int64_t now_s, struct err *);

/* Contents were saved. Call it once per transaction, after catalogue_all_changed(), with any of the products. */
MUST_USE bool catalogue_goods_changed(struct db *, uint64_t product_id, int64_t now_s, struct err *);

/* Call it after the COMMIT, with each id once. If memcached does not confirm every deletion, kontor-jobs repeats all of
 * them from the outbox. */
struct catalogue_stale {
	const uint64_t *v;
	size_t n;
	bool goods; /* contents were saved */
};
MUST_USE bool catalogue_forget(struct outbox_forget *, const struct catalogue_stale *, struct err *);

/* *empty is true when the shop has no product at all. */
MUST_USE bool catalogue_is_empty(struct db *, struct arena *, bool *empty, struct err *);

#endif
