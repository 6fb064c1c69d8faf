/* order_cache.h - the cached page of an order: under which key it stands, and how a change of the order removes it.
 *
 * The key is the hash of the secret in the order's link, as the database has it: who can read memcached's keys learns
 * no link. The page itself is in memcached, in the open, as it is in the database; never in a worker's own memory. */
#ifndef KONTOR_STORE_ORDER_ORDER_CACHE_H
#define KONTOR_STORE_ORDER_ORDER_CACHE_H

#include "store/outbox_store.h"

/* The name of an order in keys and in the outbox, from its token's hash. */
struct str order_cache_id(struct arena *, struct str token_hash);

/* Call it inside the transaction that changes what the page shows, after the order's new events were written: puts
 * "order/ID" into the outbox, from which kontor-jobs deletes it. */
MUST_USE bool order_changed(struct db *, struct arena *, struct str token_hash, int64_t now_s, struct err *);

#endif
