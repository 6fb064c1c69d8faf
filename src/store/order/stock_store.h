/* stock_store.h - stock in the database: taken and given back by single conditional statements, each with its row in
 * the journal of movements.
 *
 * All inside the caller's transaction, as its last work before COMMIT, in the order of variant ids. Untracked variants
 * are not touched. */
#ifndef KONTOR_STORE_ORDER_STOCK_STORE_H
#define KONTOR_STORE_ORDER_STOCK_STORE_H

#include "plat/db/db.h"
#include "shop/stock.h"

struct stock_change {
	uint64_t variant_id, product_id;
	int64_t qty; /* > 0 */
};

struct stock_changes {
	struct stock_change *v;
	size_t n;
	uint64_t order_id;
	enum stock_reason reason;
	int64_t now_s;
	uint64_t *changed; /* out: products whose pages are stale once this is committed */
	size_t n_changed;
};

/* Takes all or fails: ERR_CONFLICT when there are too few of one, whose number is then *short_of. The order of `v` is
 * put right. Products whose availability changes are noted for the cache (catalogue_changed). */
MUST_USE bool stock_take(struct db *, struct arena *, struct stock_changes *, uint64_t *short_of, struct err *);

MUST_USE bool stock_give(struct db *, struct arena *, struct stock_changes *, struct err *);

#endif
