/* order_store.h - orders in the database: placed exactly once, read by their order link, expired when unpaid.
 *
 * Three guards make it exactly once; the last alone would suffice. The row of the cart is locked and must still be
 * open. The same transaction closes it. orders.order_key, made with the cart, is UNIQUE. A second submit (another tab,
 * a proxy, a retry after a lost COMMIT) gets the order of the first, if it comes from the same session.
 *
 * The link of an order: order_link.h. */
#ifndef KONTOR_STORE_ORDER_ORDER_STORE_H
#define KONTOR_STORE_ORDER_ORDER_STORE_H

#include "shop/order.h"
#include "store/order/cart_store.h"
#include "store/order/order_link.h"
#include "store/customer/session_store.h"

/* Guards the promise of an order beyond the database. */
struct order_guard {
	struct control *control;
	struct receipts *receipts;
	uint64_t window_ns; /* the longest time that placing an order takes */
};

struct order_request {
	const struct order_guard *guard; /* NULL: none */
	const struct secret_ring *links; /* the keys of order links; NULL: none */
	const struct shop_rules *rules;
	const struct session *session;
	struct cart_owner owner;
	struct str note;	/* the buyer's message, as typed */
	struct str key;		/* CART_KEY_B bytes, from the form */
	uint64_t seen_hash;	/* the checkout_plan.hash shown to the buyer */
	int64_t seen_total_minor; /* the total shown to the buyer */
	bool early; /* the buyer agrees that a download ends the right to withdraw from it */
	struct str client; /* ORDER_CLIENT_B bytes that stand for the buyer's address; none: not limited */
	int64_t now_s; /* of the cart; the order has the time of the database's clock */
};

struct order_placed {
	uint64_t id;
	struct str number, token; /* token: as in the link */
	bool again;		  /* the order existed already */
	uint64_t short_of;	  /* with ERR_CONFLICT: the variant that is out of stock, or 0 */
	const uint64_t *changed;  /* with success: products whose cached pages are stale now */
	size_t n_changed;
};

/* One transaction, with a receipt (plat/receipt). ERR_BUSY when ordering is paused, when the receipt cannot be written,
 * or when the order's id is not new: the database is older than what was acknowledged.
 * ERR_UNPAID: the client's unpaid orders would pass a limit of the rules. ERR_INPUT: downloads
 * without `early`. ERR_CONFLICT: stock is gone, or cart, prices
 * or total differ from those shown to the buyer; the cart is unchanged. ERR_NOT_FOUND: the session has neither this
 * cart nor this order. */
MUST_USE bool order_place(
    struct db *, struct arena *, const struct order_request *, struct order_placed *, struct err *);

struct order_moment {
	enum order_machine machine;
	uint8_t to;
	int64_t at;
};

struct order_moments {
	struct order_moment *v;
	size_t n;
};

/* Forgets the clients of some orders that were placed by `before_s` and have no time to pay. *n is their number; 0 when
 * none is left. */
MUST_USE bool order_forget_clients(struct db *, int64_t before_s, uint64_t *n, struct err *);

/* The complete order, by the hash of the token in its link. ERR_NOT_FOUND if there is none. */
MUST_USE bool order_get(struct db *, struct arena *, struct str token_hash, struct order *, struct err *);

/* The order's parcels, oldest first. */
struct order_sent {
	struct str carrier, tracking, url; /* may be empty */
	int64_t sent_at, delivered_at;	   /* delivered_at 0: under way */
};
struct order_sents {
	struct order_sent *v;
	size_t n;
};
MUST_USE bool order_parcels_get(struct db *, struct arena *, struct str token_hash, struct order_sents *, struct err *);

/* Pieces of a line that were sent, cancelled, or announced to come back. */
enum order_fate_kind { ORDER_FATE_SENT, ORDER_FATE_CUT, ORDER_FATE_BACK };
struct order_fate {
	enum order_fate_kind kind;
	uint64_t of, pos; /* of: the place of their parcel or return, pos: that of their line, both from 1 */
	int64_t qty, received;
};
struct order_fates {
	struct order_fate *v;
	size_t n;
};
MUST_USE bool order_fates_get(struct db *, struct arena *, struct str token_hash, struct order_fates *, struct err *);

/* The order's returns and withdrawals, oldest first. */
struct order_return {
	bool withdrawal;
	uint8_t state; /* of the machine RETURN or WITHDRAWAL */
	int64_t asked_at;
};
struct order_returns {
	struct order_return *v;
	size_t n;
};
MUST_USE bool order_returns_get(
    struct db *, struct arena *, struct str token_hash, struct order_returns *, struct err *);

/* Without what is reserved for refunds. */
MUST_USE bool order_account_get(
    struct db *, struct arena *, struct str token_hash, struct order_account *, struct err *);

/* The shop's notes to the buyer, oldest first. */
struct order_message {
	struct str text;
	int64_t at;
};
struct order_messages {
	struct order_message *v;
	size_t n;
};
MUST_USE bool order_notes_get(
    struct db *, struct arena *, struct str token_hash, struct order_messages *, struct err *);
/* The same by its id, for the shop's staff. */
MUST_USE bool order_get_id(struct db *, struct arena *, uint64_t order_id, struct order *, struct err *);

/* For programs that make the link of an order. ERR_NOT_FOUND if there is none with this number. */
struct order_keyed {
	uint64_t id;
	struct str key, token_hash, lang;
};
MUST_USE bool order_keyed_get(struct db *, struct arena *, struct str number, struct order_keyed *, struct err *);

/* Reads the order's events. */
MUST_USE bool order_moments_get(
    struct db *, struct arena *, struct str token_hash, struct order_moments *, struct err *);

/* Expires up to `most` orders whose time to pay ended by `until_s`, each in a transaction of its own that also restocks
 * its goods. Any number of processes may do it at once. *n is the number that this call expired. */
MUST_USE bool order_expire(struct db *, struct arena *, int64_t until_s, unsigned most, unsigned *n, struct err *);

/* The number of orders whose time to pay ends after `from_s` and by `until_s`. */
MUST_USE bool order_due(
    struct db *, struct arena *, int64_t from_s, int64_t until_s, int64_t *n, struct err *);

#endif
