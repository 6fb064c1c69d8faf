/* customer_store.h - what the shop holds of a customer, found by the mail address of orders, and its erasure.
 *
 * Erasing empties every text that the customer or the staff wrote about him, and keeps what the books need: numbers,
 * times, states, lines, amounts, country. Where the law wants an invoice kept, the name and address that it was made
 * out to stay too. The table `erasure` records each erased order by a hash of its key, and no more: after the restore
 * of an older copy the same orders are erased again. */
#ifndef KONTOR_STORE_CUSTOMER_CUSTOMER_STORE_H
#define KONTOR_STORE_CUSTOMER_CUSTOMER_STORE_H

#include "base/buf.h"
#include "plat/db/db.h"
#include "plat/receipt/receipt.h"
#include "shop/order_state.h"

struct customer_order {
	uint64_t id, session_id;
	struct str number, currency;
	struct order_states states;
	int64_t total_minor, created_at;
	bool open; /* something has to be done about it yet */
};

struct customer_orders {
	struct customer_order *v;
	size_t n;
};

/* The orders with this mail address, which is compared without case, oldest first. */
MUST_USE bool customer_orders(struct db *, struct arena *, struct str mail, struct customer_orders *, struct err *);

/* Everything held: one JSON object (doc/schema/customer-export.json). */
struct customer_export {
	struct str mail;
	int64_t now_s;
	const struct customer_orders *orders;
};
MUST_USE bool customer_export(struct db *, struct arena *, const struct customer_export *, struct buf *, struct err *);

/* An order that is to be erased, or was. */
struct customer_erasure {
	uint64_t order_id;
	uint8_t key_hash[RECEIPT_KEY_HASH_B]; /* of the order key, as in receipts */
	bool keep_invoice;		 /* while the law wants it */
	int64_t at;
	struct str actor;
};

struct customer_erasures {
	struct customer_erasure *v;
	size_t n;
};

/* How the law is met: an invoice is kept until this time after its order. */
struct customer_rules {
	int64_t now_s, invoice_s;
	struct str actor;
	bool keep_invoices;
};

/* Erases these orders in one transaction; all or none. *done are the records, which are stored too. ERR_CONFLICT when
 * one was changed meanwhile so that it is open. */
MUST_USE bool customer_erase(struct db *, struct arena *, const struct customer_orders *, const struct customer_rules *,
    struct customer_erasures *done, struct err *);

/* The records of all erasures; none when there is no table for them. */
MUST_USE bool customer_erasures(struct db *, struct arena *, struct customer_erasures *, struct err *);

/* Erases the recorded orders again, as after the restore of an older copy, and those whose invoice need not be kept any
 * longer; stores records that are missing. Orders that are not there, or have another key, are left. *n: orders that
 * still held something. */
MUST_USE bool customer_erase_again(struct db *, struct arena *, const struct customer_erasures *,
    const struct customer_rules *, uint64_t *n, struct err *);

#endif
