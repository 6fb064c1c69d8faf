/* order_cache.h - the key of an order's cached page, and its deletion when the order changes.
 *
 * The key contains the hash of the link's token, as stored in the database, so that memcached's keys do not reveal the
 * link. The page is stored unencrypted in memcached, as in the database. Workers do not keep it in their own memory. */
#ifndef KONTOR_STORE_ORDER_ORDER_CACHE_H
#define KONTOR_STORE_ORDER_ORDER_CACHE_H

#include "store/outbox_store.h"

/* The order's id in cache keys and in the outbox, made from its token's hash. */
struct str order_cache_id(struct arena *, struct str token_hash);

/* Puts "order/ID" into the outbox, so that kontor-jobs deletes the cached page. Call it inside the transaction that
 * changes the page's content, after writing the order's new events. */
MUST_USE bool order_changed(struct db *, struct arena *, struct str token_hash, int64_t now_s, struct err *);

#endif
