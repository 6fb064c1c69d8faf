/* catalogue_cache.h - which cached values a product's change spoils, and their removal.
 *
 * Exactly keyed values go at once, in every language: the product's card, and the product under its address and under
 * all that it had before. Lists of ids, the menu, categories and the ways to them are not spoilt by a price; what is
 * new in them shows with their soft expiry. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_CACHE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_CACHE_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"

/* Call it after the COMMIT of a change (catalogue_changed()). False in *done: memcached did not confirm; kontor-jobs
 * does it again, from the outbox. */
MUST_USE bool catalogue_forget(
    struct db *, struct cache *, const struct conf *, uint64_t product_id, bool *done, struct err *);

/* The same for many products with few exchanges; each id once. */
struct catalogue_stale {
	const uint64_t *v;
	size_t n;
};
MUST_USE bool catalogue_forget_all(
    struct db *, struct cache *, const struct conf *, const struct catalogue_stale *, bool *done, struct err *);

/* Whether the shop has no product at all. */
MUST_USE bool catalogue_is_empty(struct db *, struct arena *, bool *empty, struct err *);

#endif
