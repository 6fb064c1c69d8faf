/* order_write.h - writes the rows of an order, its events, its ledger entries and its mail, in the caller's
 * transaction. */
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

/* The steps of all machines at one event. */
struct order_steps {
	uint64_t order_id;
	enum order_event event;
	struct order_states from, to;
	const char *actor, *why;
	int64_t at;
};
MUST_USE bool order_insert_steps(struct db *, struct arena *, const struct order_steps *, struct err *);

/* Writes the sale to the ledger: the buyer is debited; goods, delivery and tax are credited. */
enum ledger_kind { LEDGER_SALE, LEDGER_SALE_BACK, LEDGER_PAYMENT, LEDGER_REFUND };
MUST_USE bool order_insert_sale(struct db *, struct arena *, const struct order *o, struct err *);

/* Reverses the entry of the sale. */
MUST_USE bool order_insert_sale_back(struct db *, struct arena *, uint64_t order_id, int64_t now_s, struct err *);

/* Puts the confirmation mail into the outbox. The token of the order's link is in no row, so that nobody who can read
 * the database or a backup can open the order: what sends the mail must make a link of its own. */
MUST_USE bool order_insert_mail(struct db *, struct arena *, const struct order *o, struct err *);

#endif
