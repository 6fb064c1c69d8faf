/* stock_store.h - takes and returns stock by single conditional statements, and records each as a stock movement.
 *
 * Call the functions for orders last in a transaction, since they lock stock rows, in the order of variant ids.
 * Untracked variants are not changed. */
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

/* Stock changed by hand: counted, delivered, damaged, corrected. Each change is a movement with its reason, the actor
 * and a reference, in a transaction of its own. A second try with the same key changes nothing. */
#define STOCK_KEY_B 16
#define STOCK_REF_MAX 190 /* characters */
#define STOCK_PIECE 500	  /* movements that a count reads at a time */
#define STOCK_PIECES 100

enum stock_how {
	STOCK_BY,    /* `n` more, or fewer if negative */
	STOCK_TO,    /* `n` are there now */
	STOCK_COUNT, /* `n` were there at `counted_at` */
};

struct stock_booking {
	uint64_t variant_id, product_id;
	struct str key; /* STOCK_KEY_B bytes, random, the same for each try of one change */
	enum stock_how how;
	enum stock_reason reason;
	int64_t n;
	int64_t counted_at; /* UTC; 0: now */
	const char *actor;
	struct str ref;
	bool dry_run; /* computes the result and changes nothing */
};

struct stock_booked {
	bool again;	       /* this key was booked before: nothing was changed now */
	int64_t before, after; /* on hand; equal: nothing had to be booked */
	bool stale;	       /* the product's cached pages are: catalogue_forget() */
};

/* A count compares with what was on hand at its time: goods that moved since, in either direction, count on top of it.
 * Changes that only corrected the books since then moved no goods, so a count that is applied twice changes nothing
 * the second time.
 * ERR_NOT_FOUND if there is no such variant. ERR_CONFLICT if its stock is not tracked, or would fall below 0 although
 * it may not be oversold, or has moved more than STOCK_PIECE * STOCK_PIECES times since it was counted. */
MUST_USE bool stock_book(
    struct db *, struct arena *, const struct stock_booking *, struct stock_booked *, struct err *);

/* The same as a part of a transaction. */
MUST_USE bool stock_book_within(
    struct db *, struct arena *, const struct stock_booking *, struct stock_booked *, struct err *);

/* Stock and its movements, to look at. */
struct stock_look {
	uint64_t variant_id, product_id;
	struct str sku, handle, title, options;
	struct stock stock;
	bool sold; /* the variant is in the catalogue */
};

struct stock_looks {
	struct stock_look *v;
	size_t n;
};

/* The variants with this SKU; those that are no longer in the catalogue only if there is no other. `lang`: of the
 * titles. */
MUST_USE bool stock_by_sku(
    struct db *, struct arena *, struct str sku, struct str lang, struct stock_looks *, struct err *);
MUST_USE bool stock_by_id(
    struct db *, struct arena *, uint64_t variant_id, struct str lang, struct stock_looks *, struct err *);

/* Variants in the catalogue of which at most `most` are left, by id from `after` on. Reads one stretch of the table;
 * *after is where the next one begins, 0 when this was the last. */
MUST_USE bool stock_low(struct db *, struct arena *, struct str lang, int64_t most, uint64_t *after,
    struct stock_looks *, struct err *);

struct stock_move {
	uint64_t id, variant_id;
	struct str sku;
	int64_t qty, at;
	enum stock_reason reason;
	struct str order; /* its number, or empty */
	struct str actor, ref;
};

struct stock_moves {
	struct stock_move *v;
	size_t n;
};

/* The newest `most` movements before the movement `before` (0: the newest of all), of one variant, or of all if
 * `variant_id` is 0. */
MUST_USE bool stock_moves(struct db *, struct arena *, uint64_t variant_id, uint64_t before, uint64_t most,
    struct stock_moves *, struct err *);

#endif
