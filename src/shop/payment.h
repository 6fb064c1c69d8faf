/* payment.h - the payment methods: which ones are offered, and which ones are prepaid. */
#ifndef KONTOR_SHOP_PAYMENT_H
#define KONTOR_SHOP_PAYMENT_H

#include "shop/shipping.h"

enum payment {
#define PAYMENT(id, code, prepaid, help) PAYMENT_##id,
#include "shop/payment.def"
#undef PAYMENT
	PAYMENT__MAX
};

const char *payment_code(enum payment);
MUST_USE bool payment_find(struct str code, enum payment *out);

/* True when the goods are sent only after payment. */
bool payment_prepaid(enum payment);

/* Payment on delivery needs a person who collects it: the shop's staff, or the carrier in the shop's country. FREE is
 * the only one if the order does not cost anything, and is not offered otherwise. */
bool payment_offered(enum payment, enum shipping, enum shipping_zone, bool costs);

#endif
