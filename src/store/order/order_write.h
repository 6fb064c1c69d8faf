/* order_write.h - writes the rows of an order, its events, its ledger entries and its topic, in the
 * caller's transaction. */
#ifndef KONTOR_STORE_ORDER_ORDER_WRITE_H
#define KONTOR_STORE_ORDER_ORDER_WRITE_H

#include "plat/db/db.h"
#include "shop/order.h"

/* The columns of order_address after `kind`, in the order in which they are written and read. */
#define ORDER_ADDRESS_COLUMNS 8
extern const enum address_field order_address_columns[ORDER_ADDRESS_COLUMNS];

/* Writes the order with addresses, lines and taxes; sets o->id and o->number. ERR_CONFLICT with DB_CODE_DUPLICATE when
 * its key exists. The row keeps the order key in place of the number until order_end_placing(). */
MUST_USE bool order_insert(
    struct db *, struct arena *, struct order *o, struct str prefix, struct str token_hash, struct err *);

/* Gives the order its number. Call it after all rows of the order are written: the storefront can add none later. */
MUST_USE bool order_end_placing(struct db *, const struct order *o, struct err *);

/* Writes the event that placed the order, for each of its machines. */
MUST_USE bool order_insert_placed(struct db *, struct arena *, const struct order *o, struct err *);

/* A step of one machine. */
struct order_event_row {
	enum order_machine machine;
	enum order_event event;
	uint8_t from, to;
	uint64_t ref_id; /* 0: none */
};

struct order_event_rows {
	uint64_t order_id;
	const struct order_event_row *v;
	size_t n; /* > 0 */
	struct str actor, why;
	int64_t at;
};
MUST_USE bool order_insert_events(struct db *, struct arena *, const struct order_event_rows *, struct err *);

/* The occasion of an entry in the ledger. Values are stored. */
enum ledger_kind {
	LEDGER_SALE,
	LEDGER_SALE_BACK, /* the order ended: what was sold and not yet credited */
	LEDGER_PAYMENT,
	LEDGER_REFUND,
	LEDGER_CUT,     /* pieces that will not be sent */
	LEDGER_ADDED,   /* a line added later */
	LEDGER_CREDIT,  /* for a refund, or for pieces that came back unpaid */
	LEDGER_REVIVED, /* reverses LEDGER_SALE_BACK */
};

struct ledger_row {
	struct str account;
	int64_t debit_minor, credit_minor;
};

struct ledger_entry {
	uint64_t order_id;
	enum ledger_kind kind; /* not LEDGER_SALE */
	int64_t at;
	struct str currency, actor;
	uint64_t ref_id;            /* the payment or refund; 0: none */
	const struct ledger_row *v; /* those with neither debit nor credit are left out */
	size_t n;
};
MUST_USE bool order_insert_entry(struct db *, struct arena *, const struct ledger_entry *, struct err *);

/* Writes the sale: the buyer is debited; goods, delivery and tax are credited. */
MUST_USE bool order_insert_sale(struct db *, struct arena *, const struct order *o, struct err *);

/* Tells of a change: the row of the outbox from which mails and webhooks follow (jobs/events.h). It holds no token
 * of the order's link, so that nobody who can read the database or a backup can open the order. */
#define ORDER_FIRST_VERSION 1
struct order_topic_row {
	uint64_t order_id;
	uint64_t version;       /* of the order after the change; ORDER_FIRST_VERSION: it was placed */
	enum order_topic topic; /* NONE: nothing is written */
	uint64_t ref_id;        /* of the parcel, payment, refund, return or note; 0: none */
	struct str cause;       /* the action's key; may be empty */
	int64_t at;
};
MUST_USE bool order_insert_topic(struct db *, struct arena *, const struct order_topic_row *, struct err *);

#endif
