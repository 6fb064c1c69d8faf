/* checkout.h - makes a plan from a cart and its draft: the totals, and the next step that needs input.
 *
 * The same pure function is used by the cart page (as an estimate), by every checkout step and inside the transaction
 * that places the order, so the results agree. The hash of the plan covers everything on the review page except the
 * message, which is typed there. An order is placed only when its hash and total equal those that the buyer saw. */
#ifndef KONTOR_SHOP_CHECKOUT_H
#define KONTOR_SHOP_CHECKOUT_H

#include "shop/address.h"
#include "shop/cart.h"
#include "shop/rules.h"
#include "shop/totals.h"

/* The buyer's input, unchanged; stored with the cart. */
struct checkout_draft {
	struct address address, billing; /* billing: only when different */
	struct str shipping, payment;	 /* codes; none: not yet chosen */
	struct str note;		 /* cut at CHECKOUT_NOTE_MAX code points */
	struct str wrong; /* the step whose form was sent with a fault last: its page shows the faults */
	struct str terms; /* that of the review: "1" if the box was ticked */
	struct str early; /* the same for the consent to an early download */
	struct str was;	  /* the last order was refused at this total: checkout_was() */
};

#define CHECKOUT_NOTE_MAX 1000

enum checkout_step { CHECKOUT_ADDRESS, CHECKOUT_DELIVERY, CHECKOUT_PAYMENT, CHECKOUT_REVIEW };

struct checkout_line {
	const struct cart_line *cart;
	unsigned notices;      /* of enum cart_notice */
	struct totals_line totals; /* zero unless cart_counts() */
};

struct checkout_plan {
	struct address address, billing; /* clean; complete when step > CHECKOUT_ADDRESS */
	struct address_faults faults, billing_faults;
	bool billed_elsewhere; /* `billing` is given */
	struct str note; /* no control characters except line ends */
	enum country to; /* COUNTRY_NONE: not yet known, or pick-up */
	struct shipping_load load;
	enum fulfilment kind;	/* that of the chosen method, else the first one offered, else SENT */
	bool kinds[FULFILMENT__MAX]; /* offered for these goods */
	enum shipping shipping; /* the chosen one, else the first one offered, else STANDARD */
	struct shipping_quote quotes[SHIPPING__MAX];
	enum payment payment;
	bool payments[PAYMENT__MAX];
	struct checkout_line *lines; /* one for each line of the cart */
	size_t n;
	struct totals totals;
	enum checkout_step step; /* the first that still needs input */
	bool too_many;		 /* more pieces of stock than rules.pieces_max */
	bool orderable;		 /* the cart has lines, each can be sold as shown, and they are not too many */
	uint64_t hash;
};

/* The plan is on the arena and borrows the texts of cart and draft. */
MUST_USE bool checkout_plan(struct arena *, const struct shop_rules *, const struct cart *,
    const struct checkout_draft *, struct checkout_plan *, struct err *);

/* For draft.was: the total that the buyer saw, and the plan that he sees instead. Reading fails when the plan has
 * changed since, or if the total is the same. */
struct str checkout_was(struct arena *, int64_t seen_minor, const struct checkout_plan *);
bool checkout_was_read(struct str was, const struct checkout_plan *, int64_t *seen_minor);

/* True for a step that asks something: only parcels have methods of delivery, and nothing is paid for free goods. */
bool checkout_step_applies(enum checkout_step, const struct checkout_plan *);

const char *checkout_step_name(enum checkout_step); /* "address" */

#endif
