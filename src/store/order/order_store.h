/* order_store.h - orders in the database: placed exactly once, read by their secret link, ended when unpaid.
 *
 * Exactly once rests on three things, the last of which would do alone: the cart's row is held and must still be open;
 * it stops being open in the same transaction; orders.order_key, made with the cart, is UNIQUE. A second submit, in
 * another tab, by a proxy or after a lost COMMIT, is shown the first one's order, if it comes from the same session.
 *
 * The secret link's token is derived from the order key and the session's cookie: the buyer's browser is shown the
 * same link again, while the database holds only the token's hash. */
#ifndef KONTOR_STORE_ORDER_ORDER_STORE_H
#define KONTOR_STORE_ORDER_ORDER_STORE_H

#include "shop/order.h"
#include "store/order/cart_store.h"
#include "store/customer/session_store.h"

struct order_request {
	const struct shop_rules *rules;
	const struct session *session;
	struct cart_owner owner;
	struct str note;	/* the buyer's message, as typed */
	struct str key;		/* CART_KEY_B bytes: what the form carried */
	uint64_t seen_hash;	/* checkout_plan.hash as the buyer was shown it */
	int64_t seen_total_minor; /* and the total */
	int64_t now_s;
};

struct order_placed {
	uint64_t id;
	struct str number, token; /* token: as it stands in the link */
	bool again;		  /* the order was there already */
	uint64_t short_of;	  /* with ERR_CONFLICT: the variant of which there are too few, or 0 */
	const uint64_t *changed;  /* with success: products whose cached pages are stale now */
	size_t n_changed;
};

/* One transaction. ERR_CONFLICT: stock gone, or cart, prices or total are not what the buyer was shown; the cart is
 * as it was. ERR_NOT_FOUND: the session has no such cart and no such order. */
MUST_USE bool order_place(
    struct db *, struct arena *, const struct order_request *, struct order_placed *, struct err *);

struct order_moment {
	enum order_machine machine;
	enum order_event event;
	uint8_t to;
	int64_t at;
};

struct order_moments {
	struct order_moment *v;
	size_t n;
};

/* The order of a link, whole, by the hash of its token. ERR_NOT_FOUND when there is none. */
MUST_USE bool order_get(struct db *, struct arena *, struct str token_hash, struct order *, struct err *);

/* Its journal of events. */
MUST_USE bool order_moments_get(
    struct db *, struct arena *, uint64_t order_id, struct order_moments *, struct err *);

/* Ends up to `most` orders whose time to pay has passed, each in a transaction of its own that gives its stock back.
 * Any number of processes may do it at a time. *n is how many ended here. */
MUST_USE bool order_expire(struct db *, struct arena *, int64_t now_s, unsigned most, unsigned *n, struct err *);

#endif
