/* order_receipt.h - the receipt of one order being placed: prepared and written in the transaction, acknowledged behind
 * it.
 *
 * A repeated submit that shows an order acknowledges it too: the process of the first may have died before it could. */
#ifndef KONTOR_STORE_ORDER_ORDER_RECEIPT_H
#define KONTOR_STORE_ORDER_ORDER_RECEIPT_H

#include "plat/receipt/receipt.h"
#include "store/order/order_store.h"

struct order_receipt {
	const struct order_guard *guard; /* NULL: no receipt is written */
	struct receipt own;              /* of the order that this call writes */
	uint64_t slot;
};

void order_receipt_init(struct order_receipt *, const struct order_guard *);

/* Fills the receipt. Sealing takes a while, so call it before stock is locked. */
void order_receipt_prepare(struct order_receipt *, const struct order *, uint64_t identity);

/* Before COMMIT. ERR_BUSY. */
MUST_USE bool order_receipt_intent(struct order_receipt *, struct err *);

/* The order that the buyer is shown. */
struct order_shown {
	uint64_t id;
	struct str key, token_hash;
};

/* After COMMIT, before the answer. Failures are logged and counted. */
void order_receipt_acknowledge(struct order_receipt *, struct db *, struct arena *, const struct order_shown *);

#endif
