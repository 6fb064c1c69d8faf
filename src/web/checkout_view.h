/* checkout_view.h - the checkout's forms as view trees: fields with what was typed and what is wrong with it. */
#ifndef KONTOR_WEB_CHECKOUT_VIEW_H
#define KONTOR_WEB_CHECKOUT_VIEW_H

#include "shop/checkout.h"
#include "view/view.h"
#include "serve/request.h"

/* `told`: the form was sent, so its faults are shown. Each fills me.form. */
void checkout_put_address_form(
    const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool told, struct view *me);
void checkout_put_delivery_form(
    const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool told, struct view *me);
void checkout_put_payment_form(
    const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool told, struct view *me);

/* The last step: what was agreed on, and the form that orders it. */
struct checkout_review {
	const struct cart *cart;
	const struct checkout_draft *draft;
	const struct checkout_plan *plan;
	bool told;
};
void checkout_put_review(const struct request *, const struct checkout_review *, struct view *me);

/* A way of delivery or payment by its flag, as doc/templates.md has it. */
void checkout_put_shipping(const struct request *, struct view *, enum shipping, const struct shipping_quote *);
void checkout_put_payment(struct view *, enum payment);

/* A list of lines with the country's name at the end when it is not the shop's own. */
void checkout_put_address(const struct request *, struct view *, uint16_t name, const struct address *);

#endif
