/* rules.h - the part of the configuration that the domain needs: tax, shipping, payment, order numbers. */
#ifndef KONTOR_SHOP_RULES_H
#define KONTOR_SHOP_RULES_H

#include "shop/payment.h"
#include "shop/tax.h"

struct shop_rules {
	currency cur;
	struct tax_rules tax;
	struct shipping_rules shipping;
	int64_t pieces_max;        /* of tracked stock in one order; 0: no limit */
	int64_t unpaid_orders_max; /* of one client; 0: no limit */
	int64_t unpaid_pieces_max; /* of tracked stock in the unpaid orders of one client; 0: no limit */
	int64_t expiry_s[PAYMENT__MAX]; /* time until an unpaid order expires, by its payment method; 0: never */
	struct str number_prefix;  /* in front of order numbers; ASCII letters, digits and '-' */
	struct str terms_version;  /* version of the terms that buyers accept */
	struct str early_version;  /* version of the words by which they consent to an early download */
};

#endif
