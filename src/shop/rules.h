/* rules.h - how this shop sells: everything the domain needs to know from the configuration. */
#ifndef KONTOR_SHOP_RULES_H
#define KONTOR_SHOP_RULES_H

#include "shop/payment.h"
#include "shop/tax.h"

struct shop_rules {
	currency cur;
	struct tax_rules tax;
	struct shipping_rules shipping;
	int64_t unpaid_expiry_s;   /* an order that waits for its money ends after this */
	struct str number_prefix;  /* in front of order numbers; ASCII letters, digits and '-' */
	struct str terms_version;  /* of the text that buyers agree to */
};

#endif
