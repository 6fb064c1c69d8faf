/* order_change.h - every change of an order after it was placed, each in one transaction.
 *
 * A transaction first inserts the action's key: a second try with the same key changes nothing and returns the result
 * of the first. Then it locks the order's row, compares the version, adds rows of pieces or money, steps the states as
 * order_state.def allows, and writes events, ledger, outbox and, last, stock. So two people who change an order one
 * after the other both see what the other did, and the version tells the second.
 *
 * All fail with ERR_NOT_FOUND if there is no such order, and with ERR_CONFLICT if its states refuse the change, if
 * stock is short, or if the version is another one; the message says why. ERR_INPUT: pieces or amounts that cannot be.
 */
#ifndef KONTOR_STORE_ORDER_ORDER_CHANGE_H
#define KONTOR_STORE_ORDER_ORDER_CHANGE_H

#include "plat/db/db.h"
#include "shop/order.h"
#include "store/download/grant_store.h"

#define ORDER_KEY_B 16
#define ORDER_ACTOR_MAX 64 /* ASCII characters; longer ones are cut */
#define ORDER_WHY_MAX 255  /* characters */

struct order_act {
	uint64_t order_id;
	struct str key; /* ORDER_KEY_B bytes, random, the same for each try of one action */
	const char *actor;
	struct str why;   /* may be empty */
	uint64_t version; /* that the actor saw; 0: any */
	bool dry_run;     /* everything is done, and rolled back */
};

struct order_done {
	bool again;       /* this key was used before: nothing was changed now */
	uint64_t version; /* of the order after the action */
	struct order_states states;
	uint64_t made;      /* id of the parcel, return, refund, payment or note; 0: none */
	bool revived;       /* a payment brought an expired order back */
	int64_t owed_minor; /* by the buyer; negative: owed back to the buyer */
	struct str number;
	struct str token_hash;   /* its cached page is stale: order_cache.h */
	const uint64_t *changed; /* products whose cached pages are stale */
	size_t n_changed;
};

/* `n` pieces of lines, or all that are left for the verb. A position stands once. */
struct order_piece {
	int pos; /* of the line, from 1 */
	int64_t qty;
};
struct order_pieces {
	const struct order_piece *v;
	size_t n;
	bool all;
};

/* Money came in. `ref` is the provider's reference, or empty: the same one is booked once (again: done.again). An order
 * that expired is revived if it is paid in full and its goods are in stock; else the money is owed back. ERR_INPUT when
 * the currency is not the order's. */
struct order_money {
	int64_t amount_minor; /* > 0 */
	currency cur;
	struct str provider, ref;
	struct grant_terms downloads; /* of what the order gives access to once it is paid */
};
MUST_USE bool order_pay(struct db *, struct arena *, const struct order_act *, const struct order_money *,
    struct order_done *, struct err *);

/* Pieces leave the house; done.made is the parcel. `all`: all that are open. */
struct order_parcel {
	struct str carrier, tracking, url; /* may be empty */
	struct order_pieces pieces;
	int64_t kept_s; /* an order that is paid at the shop does not end sooner than that from now; 0: when it would */
};
MUST_USE bool order_ship(struct db *, struct arena *, const struct order_act *, const struct order_parcel *,
    struct order_done *, struct err *);

/* A parcel has arrived; 0: all parcels of the order. */
MUST_USE bool order_deliver(
    struct db *, struct arena *, const struct order_act *, uint64_t parcel, struct order_done *, struct err *);

/* Pieces will not be sent: their stock returns, and their worth is no longer owed. If nothing was sent and nothing is
 * left, the order is cancelled, with its shipping. What was paid for it is then owed back (order_refund). */
MUST_USE bool order_cancel(struct db *, struct arena *, const struct order_act *, const struct order_pieces *,
    struct order_done *, struct err *);

/* Asks for a refund; done.made is its row, ASKED, or DONE if `by_hand` (the actor has paid it). Its parts add up:
 * pieces that were sent, the price of delivery, an amount. They are credited to the buyer, so they lower the sale; an
 * amount only as far as it exceeds what is owed back already. Without parts: everything that is owed back. Never more
 * than was received. `return_id`: the pieces that this return received, or announces if none came; the refund settles
 * it. */
struct order_refund_ask {
	struct order_pieces pieces;
	int64_t amount_minor; /* 0: none */
	bool delivery;
	uint64_t return_id; /* 0: none; then no pieces are given */
	bool by_hand;
	struct str provider; /* empty: that of the payment that it goes back from */
	struct str ref;      /* may be empty */
};
MUST_USE bool order_refund(struct db *, struct arena *, const struct order_act *, const struct order_refund_ask *,
    struct order_done *, struct err *);

/* The provider's answer: ORDER_REFUND_DONE, _UNKNOWN or _REFUSED. A refused amount is still owed back. */
struct order_refund_answer {
	uint64_t refund;
	uint8_t state;
	struct str ref; /* the provider's; may be empty */
};
MUST_USE bool order_refund_settle(struct db *, struct arena *, const struct order_act *,
    const struct order_refund_answer *, struct order_done *, struct err *);

/* The buyer wants to send pieces back; done.made is the return. `all`: all that were sent. act.why is the reason. */
enum order_return_kind { ORDER_RETURN_PLAIN, ORDER_RETURN_WITHDRAWAL };
#define ORDER_WITHDRAWAL_DAYS 14 /* after the delivery of the last parcel */
struct order_return_ask {
	enum order_return_kind kind;
	struct order_pieces pieces;
	int64_t asked_at; /* when the buyer said so; 0: now */
	/* Called in the transaction with the id of the return, unless NULL. */
	bool (*made)(struct db *, void *arg, uint64_t return_id, struct err *);
	void *arg;
};
MUST_USE bool order_return_ask(struct db *, struct arena *, const struct order_act *, const struct order_return_ask *,
    struct order_done *, struct err *);

/* Pieces of a return came in. `all`: all that are missing. */
enum order_condition { ORDER_AS_NEW, ORDER_USED, ORDER_BROKEN };
struct order_return_goods {
	uint64_t return_id;
	struct order_pieces pieces;
	enum order_condition condition;
	bool restock;
};
MUST_USE bool order_return_receive(struct db *, struct arena *, const struct order_act *,
    const struct order_return_goods *, struct order_done *, struct err *);

MUST_USE bool order_return_refuse(
    struct db *, struct arena *, const struct order_act *, uint64_t return_id, struct order_done *, struct err *);

#define ORDER_NOTE_MAX 4000 /* characters */
struct order_note {
	struct str text;
	bool to_buyer; /* shown on the page of the order */
};
MUST_USE bool order_note(struct db *, struct arena *, const struct order_act *, const struct order_note *,
    struct order_done *, struct err *);

/* Replaces an address, which must be clean (address_check). The delivery address must stay in its tax territory, since
 * agreed prices do not change. */
struct order_readdress {
	enum address_kind kind;
	const struct address *address;
};
MUST_USE bool order_address(struct db *, struct arena *, const struct order_act *, const struct order_readdress *,
    struct order_done *, struct err *);

/* Adds a line at a stated price: as shown, so with tax if the order's prices include it. done.made is its position. */
struct order_addition {
	uint64_t variant_id;
	int64_t qty;
	int64_t unit_minor;
	int32_t tax_bp;
};
MUST_USE bool order_add(struct db *, struct arena *, const struct order_act *, const struct order_addition *,
    struct order_done *, struct err *);

#endif
