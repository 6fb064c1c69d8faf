/* checkout.h - from a cart and what was typed so far to a plan: what it would cost, and what is still missing.
 *
 * One pure function serves the cart page (an estimate), every step of the checkout and, inside its transaction, the
 * placing of the order: they cannot differ. The plan's hash covers all that the review page shows but the message,
 * which is typed there; an order is placed only while the hash and the total are those that the buyer saw. */
#ifndef KONTOR_SHOP_CHECKOUT_H
#define KONTOR_SHOP_CHECKOUT_H

#include "shop/address.h"
#include "shop/cart.h"
#include "shop/rules.h"
#include "shop/totals.h"

/* What was typed, as it was typed; kept with the cart. */
struct checkout_draft {
	struct address address, billing; /* billing: only when it differs */
	struct str shipping, payment;	 /* codes; none: not chosen yet */
	struct str note;		 /* at most CHECKOUT_NOTE_MAX code points are taken */
};

#define CHECKOUT_NOTE_MAX 1000

enum checkout_step { CHECKOUT_ADDRESS, CHECKOUT_DELIVERY, CHECKOUT_PAYMENT, CHECKOUT_REVIEW };

struct checkout_line {
	const struct cart_line *cart;
	unsigned notices;      /* of enum cart_notice */
	struct totals_line is; /* zero when the line does not count */
};

struct checkout_plan {
	struct address address, billing; /* clean; complete when step > CHECKOUT_ADDRESS */
	struct address_faults faults, billing_faults;
	bool billed_elsewhere; /* `billing` is given */
	struct str note; /* without control characters but line ends */
	enum country to; /* COUNTRY_NONE: not known yet, or collected */
	struct shipping_load load;
	enum shipping shipping; /* as chosen, else the first one offered; STANDARD not offered when nothing is */
	struct shipping_quote quotes[SHIPPING__MAX];
	enum payment payment;
	bool payments[PAYMENT__MAX];
	struct checkout_line *lines; /* one for each line of the cart */
	size_t n, n_counted;
	struct totals totals;
	enum checkout_step step; /* the first that still needs something */
	bool orderable;		 /* every line can be had as shown; there is one */
	uint64_t hash;
};

/* On the arena; borrows the texts of cart and draft. */
MUST_USE bool checkout_plan(struct arena *, const struct shop_rules *, const struct cart *,
    const struct checkout_draft *, struct checkout_plan *, struct err *);

const char *checkout_step_name(enum checkout_step); /* "address" */

#endif
