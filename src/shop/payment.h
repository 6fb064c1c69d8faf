/* payment.h - which ways of paying are offered, and what each means for the order. */
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

/* Must the money be there before the goods go out? */
bool payment_prepaid(enum payment);

/* Payment on receipt needs somebody who hands the goods over: the shop itself, or the carrier in the shop's country. */
bool payment_offered(enum payment, enum shipping, enum shipping_zone);

#endif
