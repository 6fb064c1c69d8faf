/* cart_store.h - carts in the database. A session has at most one open cart (the table's unique key).
 *
 * Each change of a cart first updates, and so locks, the row of the open cart. Placing the order locks the same row, so
 * that no line can be added meanwhile. A change is retried if the connection is lost during its COMMIT; if the first
 * attempt was committed after all, the retry changes nothing. */
#ifndef KONTOR_STORE_ORDER_CART_STORE_H
#define KONTOR_STORE_ORDER_CART_STORE_H

#include "plat/db/db.h"
#include "shop/checkout.h"

/* The session that owns the cart with its token, the visitor's language, and the language for missing translations. */
struct cart_owner {
	uint64_t session_id;
	struct str token; /* opens the draft (draft.h) */
	struct str lang, fallback;
};

/* Reads the open cart, with current catalogue data, and its draft. Lines are in the order in which they were added.
 * *found is false when there is no open cart or it is empty. */
MUST_USE bool cart_find(struct db *, struct arena *, const struct cart_owner *, struct cart *, struct checkout_draft *,
    bool *found, struct err *);

/* The number of pieces in the open cart; 0 without an open cart. */
MUST_USE bool cart_count(struct db *, struct arena *, uint64_t session_id, int64_t *units, struct err *);

/* Adds `qty` of a variant to the session's cart, which is created if necessary. The line's quantity is limited to
 * CART_QTY_MAX. ERR_CONFLICT when the variant is not sold or the cart has CART_LINES_MAX lines. */
struct cart_change {
	uint64_t session_id, variant_id;
	int qty;
	int64_t now_s;
};
MUST_USE bool cart_add(struct db *, const struct cart_change *, struct err *);

/* Finds the variant of a product by its option values (none for options that the product lacks), or, if picks[0] is not
 * 0, by variants that have the values (the last pick also stands for missing ones). Without any, the first variant.
 * *variant_id 0: no such variant. */
struct cart_choice {
	uint64_t product_id, picks[3];
	struct str values[3];
};
MUST_USE bool cart_choose(
    struct db *, struct arena *, const struct cart_choice *, uint64_t *variant_id, struct err *);

/* For a choice that does not exist: a variant that has as much of it as can be. ERR_NOT_FOUND: the product has none. */
struct cart_nearest {
	uint64_t variant_id;
	struct str handle; /* of the product */
};
MUST_USE bool cart_choose_nearest(
    struct db *, struct arena *, const struct cart_choice *, struct cart_nearest *, struct err *);

/* cart_set() sets a line's quantity; `qty` below 1 removes the line. cart_step() adds `qty`, which may be negative, and
 * keeps the quantity between 1 and CART_QTY_MAX. If the cart has no line for the variant, neither adds one. Both mark
 * the prices of all lines as seen. */
MUST_USE bool cart_set(struct db *, const struct cart_change *, struct err *);
MUST_USE bool cart_step(struct db *, const struct cart_change *, struct err *);

/* Marks all prices as seen. Call it when the visitor goes on from a page that showed the changed prices. */
MUST_USE bool cart_see(struct db *, uint64_t cart_id, struct err *);

/* Saves the draft. ERR_CONFLICT when the cart has become an order. */
MUST_USE bool cart_draft_save(struct db *, struct arena *, const struct cart_owner *, uint64_t cart_id,
    const struct checkout_draft *, int64_t now_s, struct err *);

/* Deletes some of the drafts of carts that were last changed before `before_s`. *n is their number; 0 when none is
 * left. Drafts older by a month more are not looked for, so that each call reads few rows. */
MUST_USE bool cart_forget_drafts(struct db *, int64_t before_s, uint64_t *n, struct err *);

/* Closes the open cart with this key, locks its row and loads it. Call it first in the transaction that places the
 * order. *found is false when there is no such cart or it was already ordered. */
struct cart_closing {
	const struct cart_owner *owner;
	struct str order_key;
	int64_t now_s;
};
MUST_USE bool cart_close(struct db *, struct arena *, const struct cart_closing *, struct cart *,
    struct checkout_draft *, bool *found, struct err *);

#endif
