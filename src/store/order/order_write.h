/* order_write.h - the rows of a new order and of its journals, table by table, in the caller's transaction. */
#ifndef KONTOR_STORE_ORDER_ORDER_WRITE_H
#define KONTOR_STORE_ORDER_ORDER_WRITE_H

#include "plat/db/db.h"
#include "shop/order.h"

/* The columns of an address behind its kind, as rows of addresses are written and read. */
#define ORDER_ADDRESS_COLUMNS 8
extern const enum address_field order_address_columns[ORDER_ADDRESS_COLUMNS];

/* The order with addresses, lines and taxes; fills in o->id and o->number. ERR_CONFLICT with DB_CODE_DUPLICATE when
 * there is one with its key. */
MUST_USE bool order_insert(
    struct db *, struct arena *, struct order *o, struct str prefix, struct str token_hash, struct err *);

/* The steps of all machines at one event, for the journal of events. */
struct order_steps {
	uint64_t order_id;
	enum order_event event;
	struct order_states from, to;
	const char *actor, *why;
	int64_t at;
};
MUST_USE bool order_insert_steps(struct db *, struct arena *, const struct order_steps *, struct err *);

/* The sale in the ledger: the buyer owes the total; goods, delivery and tax are its other side. */
enum ledger_kind { LEDGER_SALE, LEDGER_SALE_BACK, LEDGER_PAYMENT, LEDGER_REFUND };
MUST_USE bool order_insert_sale(struct db *, struct arena *, const struct order *o, struct err *);

/* The same with the sides changed, from what was written. */
MUST_USE bool order_insert_sale_back(struct db *, struct arena *, uint64_t order_id, int64_t now_s, struct err *);

/* The confirmation mail, for the outbox. The payload holds the link's token until it is sent. */
MUST_USE bool order_insert_mail(struct db *, struct arena *, const struct order *o, struct str token, struct err *);

#endif
