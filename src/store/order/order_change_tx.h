/* order_change_tx.h - the transaction around each change of an order: its key, its lock, its facts, its events.
 *
 * A verb fills struct change and calls change_run(). Its body adds rows, updates the facts accordingly and steps the
 * states by change_step(); the rest is written after it. All of it may run again after a deadlock. */
#ifndef KONTOR_STORE_ORDER_ORDER_CHANGE_TX_H
#define KONTOR_STORE_ORDER_ORDER_CHANGE_TX_H

#include "shop/stock.h"
#include "store/order/order_change.h"
#include "store/order/order_write.h"

#define CHANGE_EVENTS 16

struct change {
	/* given */
	struct arena *a;
	const struct order_act *act;
	enum order_event event; /* of the key */
	bool (*body)(struct db *, struct change *, struct err *);
	const void *ask;
	struct order_done *done;

	/* the order, locked */
	uint64_t id, version;
	struct str number, token_hash;
	currency cur;
	bool tax_included;
	int64_t shipping_minor, tax_minor, total_minor;
	int64_t now_s;
	struct order_states before;
	struct order_facts facts;
	struct order_part *part;
	size_t n;

	/* collected by the body */
	struct order_event_row events[CHANGE_EVENTS];
	size_t n_events;
	uint64_t made;
	enum stock_reason reason; /* of `give`; the sale of `take` */
	struct stock_change *give, *take;
	size_t n_give, n_take;
	bool again; /* the body found that nothing is to be done */
	bool internal; /* nobody outside is told */
};

MUST_USE bool change_run(struct db *, struct change *, struct err *);

/* For kontor-jobs, inside a transaction of its own and without a key: locks and reads the order, and writes the change
 * after its body. */
MUST_USE bool change_begin(struct db *, struct change *, struct err *);
MUST_USE bool change_end(struct db *, struct change *, struct err *);

/* Steps the order's machines. ERR_CONFLICT when one refuses. */
MUST_USE bool change_step(struct change *, enum order_event, uint64_t ref_id, struct err *);

/* Steps the machine of a return or refund with the id `ref_id`. */
MUST_USE bool change_step_one(
    struct change *, enum order_machine, enum order_event, uint64_t ref_id, uint8_t *state, struct err *);

/* Read the pieces of all lines, and the balance from the ledger, again. */
MUST_USE bool change_parts(struct db *, struct change *, struct err *);
MUST_USE bool change_account(struct db *, struct change *, struct err *);

/* Writes an entry of the ledger: fills in order, time, currency and actor. */
MUST_USE bool change_entry(struct db *, struct change *, struct ledger_entry *, struct err *);

/* Books what the buyer does not have to pay any more: debits sales and tax, credits the buyer. Negative: the reverse.
 */
struct change_credit {
	enum ledger_kind kind;
	struct order_worth worth;
	int64_t shipping_minor; /* the part of the worth that is the net price of delivery */
	uint64_t ref_id;
};
MUST_USE bool change_credit(struct db *, struct change *, const struct change_credit *, struct err *);

/* Reverses all that was sold and not credited: the order ends. */
MUST_USE bool change_sale_back(struct db *, struct change *, struct err *);

/* Resolves `pieces` into quantities per part: limit[i] is the most of part i, and all of it if pieces.all. ERR_INPUT
 * when a position is unknown, stands twice or asks for more; `limited` says why in the message. *n is their sum. */
struct change_want {
	const struct order_pieces *pieces;
	const int64_t *limit; /* per part */
	const char *limited;  /* "open" */
	int64_t *qty;         /* out, per part */
	int64_t sum;          /* out */
};
MUST_USE bool change_pieces(struct change *, struct change_want *, struct err *);

/* A return of this order. ERR_NOT_FOUND if it has none with this id. */
struct change_return {
	enum order_machine machine; /* of a return, or of a withdrawal */
	uint8_t state;
	bool late; /* asked for after the deadline */
};
MUST_USE bool change_find_return(struct db *, struct change *, uint64_t id, struct change_return *, struct err *);

/* Cancels all pieces that were not sent; they return to stock. */
MUST_USE bool change_cut_open(struct db *, struct change *, struct err *);

/* All pieces that were sent have come back, although no return of them was announced: they return to stock. */
MUST_USE bool change_all_back(struct db *, struct change *, struct err *);

/* Collects stock that returns after the body, or is taken. */
void change_give(struct change *, const struct order_part *, int64_t qty);
void change_take(struct change *, const struct order_part *, int64_t qty);

#endif
