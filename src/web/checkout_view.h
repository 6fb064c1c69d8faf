/* checkout_view.h - the checkout's forms as view trees: fields with their input and errors. */
#ifndef KONTOR_WEB_CHECKOUT_VIEW_H
#define KONTOR_WEB_CHECKOUT_VIEW_H

#include "shop/checkout.h"
#include "view/view.h"
#include "serve/request.h"

/* Puts me.kind and me.step: the kind of fulfilment, and where this step is among those that ask something. */
void checkout_put_step(enum checkout_step, const struct checkout_plan *, struct view *me);

/* Each fills me.form. `sent`: the form was submitted with a fault, so its errors are shown. */
void checkout_put_address_form(
    const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool sent, struct view *me);
void checkout_put_delivery_form(
    const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool sent, struct view *me);
void checkout_put_payment_form(
    const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool sent, struct view *me);

/* The last step: the choices so far, and the form that orders. */
struct checkout_review {
	const struct cart *cart;
	const struct checkout_draft *draft;
	const struct checkout_plan *plan;
};
void checkout_put_review(const struct request *, const struct checkout_review *, struct view *me);

/* Puts cart.obstacle if no parcel can take the goods: the reason, and what else is offered. */
void checkout_put_obstacle(const struct request *, const struct checkout_plan *, struct view *cart);

/* Puts me.conflict: the total that the buyer saw, and the present one if it differs. */
void checkout_put_conflict(const struct request *, int64_t was_minor, int64_t now_minor, struct view *me);

/* A method of delivery or payment, by its flag (doc/templates.md). */
void checkout_put_shipping(const struct request *, struct view *, enum shipping, const struct shipping_quote *);
void checkout_put_payment(struct view *, enum payment);

/* An address as a list of lines; the country is the last line unless it is the shop's own. */
void checkout_put_address(const struct request *, struct view *, uint16_t name, const struct address *);

/* v.address: that of the buyer, as far as it matters for the kind of fulfilment. */
void checkout_put_recipient(const struct request *, struct view *, enum fulfilment, const struct address *);

#endif
