/* cart_store.h - carts in the database. A session has at most one open cart (the table's unique key).
 *
 * Each change of a cart first updates its row, and only while the cart is open: placing the order locks that row, so no
 * line can be added meanwhile. A change whose COMMIT was lost is retried, and counts once. */
#ifndef KONTOR_STORE_ORDER_CART_STORE_H
#define KONTOR_STORE_ORDER_CART_STORE_H

#include "plat/db/db.h"
#include "shop/checkout.h"

/* The session that owns the cart, and the languages of its texts: the visitor's, and the one for missing texts. */
struct cart_owner {
	uint64_t session_id;
	struct str lang, fallback;
};

/* The open cart with what the catalogue says now, its draft, or *found false: none, or nothing in it. Lines in the
 * order they were put in. */
MUST_USE bool cart_find(struct db *, struct arena *, const struct cart_owner *, struct cart *, struct checkout_draft *,
    bool *found, struct err *);

/* Pieces in the open cart; 0 when there is none. */
MUST_USE bool cart_count(struct db *, struct arena *, uint64_t session_id, int64_t *units, struct err *);

/* Puts `qty` more of a variant into the session's cart, which is made if need be. More than CART_QTY_MAX of one are
 * cut to that. ERR_NOT_FOUND when the variant is not sold, ERR_CONFLICT when the cart has CART_LINES_MAX lines. */
struct cart_change {
	uint64_t session_id, variant_id;
	int qty;
	int64_t now_s;
};
MUST_USE bool cart_add(struct db *, const struct cart_change *, struct err *);

/* The variant of a product that has these values of its options (none: it has no such option), or, without any
 * values, its first one. 0: there is none. */
struct cart_choice {
	uint64_t product_id;
	struct str values[3];
};
MUST_USE bool cart_choose(
    struct db *, struct arena *, const struct cart_choice *, uint64_t *variant_id, struct err *);

/* Sets the quantity of a line (0 and less: removes it), or steps it by `qty` without passing 1 and CART_QTY_MAX. A
 * line that is not there is left alone. All prices count as seen from then on. */
MUST_USE bool cart_set(struct db *, const struct cart_change *, struct err *);
MUST_USE bool cart_step(struct db *, const struct cart_change *, struct err *);

/* From now on all prices count as seen: the visitor has gone on from a page that said what had changed. */
MUST_USE bool cart_see(struct db *, uint64_t cart_id, struct err *);

/* Keeps what was typed. ERR_CONFLICT when the cart has become an order meanwhile. */
MUST_USE bool cart_draft_save(
    struct db *, struct arena *, uint64_t cart_id, const struct checkout_draft *, int64_t now_s, struct err *);

/* Keeps the message alone, in whatever cart the session has open; without one there is nothing to keep. */
MUST_USE bool cart_message_save(
    struct db *, struct arena *, const struct cart_owner *, struct str message, int64_t now_s, struct err *);

/* Inside the transaction that orders it, and first of all: the open cart with this key is open no more, its row is
 * held, and all of it is loaded. *found false: it is not there, or was ordered already. */
struct cart_closing {
	const struct cart_owner *owner;
	struct str order_key;
	int64_t now_s;
};
MUST_USE bool cart_close(struct db *, struct arena *, const struct cart_closing *, struct cart *,
    struct checkout_draft *, bool *found, struct err *);

#endif
