/* payment.h - the payment methods: which ones are offered, are prepaid, and expire. */
#ifndef KONTOR_SHOP_PAYMENT_H
#define KONTOR_SHOP_PAYMENT_H

#include "shop/shipping.h"

enum payment {
#define PAYMENT(id, code, prepaid, expires, help) PAYMENT_##id,
#include "shop/payment.def"
#undef PAYMENT
	PAYMENT__MAX
};

const char *payment_code(enum payment);
MUST_USE bool payment_find(struct str code, enum payment *out);

/* True when the goods are sent only after payment. */
bool payment_prepaid(enum payment);

/* True when an unpaid order ends after some time. */
bool payment_expires(enum payment);

/* True if a line of the bank details has a valid IBAN (ISO 13616, with its check digits), with or without
 * blanks. *shown is then the line with the IBAN in groups of four, *iban the IBAN without blanks; on the arena. */
MUST_USE bool payment_iban(struct arena *, struct str line, struct str *shown, struct str *iban);

/* Releases up to 0.1.0 had ON_DELIVERY also for goods that are collected, in orders and drafts. */
enum payment payment_meant(enum payment, enum shipping);

/* Cash on delivery is for parcels in the shop's country. FREE is the only one if the order does not cost anything, and
 * is not offered otherwise. */
bool payment_offered(enum payment, enum shipping, enum shipping_zone, bool costs);

#endif
