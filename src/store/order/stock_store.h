/* stock_store.h - takes and returns stock by single conditional statements, and records each as a stock movement.
 *
 * Call these last in a transaction, since they lock stock rows, in the order of variant ids. Untracked variants are not
 * changed. */
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
	uint64_t *changed; /* out: products whose cached pages are stale after the COMMIT */
	size_t n_changed;
};

/* Records the movements of a sale. They belong to the order, so call it before order_end_placing(). */
MUST_USE bool stock_book_sale(struct db *, struct arena *, const struct stock_changes *, struct err *);

/* Takes all of it or fails. ERR_CONFLICT when a variant is short of stock; *short_of is then its id. Sorts `v`. Calls
 * catalogue_changed() for products whose availability changes. */
MUST_USE bool stock_take(struct db *, struct arena *, struct stock_changes *, uint64_t *short_of, struct err *);

/* The same for an order that was placed before; also records the movements. */
MUST_USE bool stock_take_later(struct db *, struct arena *, struct stock_changes *, uint64_t *short_of, struct err *);

MUST_USE bool stock_give(struct db *, struct arena *, struct stock_changes *, struct err *);

#endif
