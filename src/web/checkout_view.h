/* checkout_view.h - the checkout's forms as view trees: fields with their input and errors. */
#ifndef KONTOR_WEB_CHECKOUT_VIEW_H
#define KONTOR_WEB_CHECKOUT_VIEW_H

#include "shop/checkout.h"
#include "view/view.h"
#include "serve/request.h"
#include "work/order_tree.h"

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

/* The visitor's language and the shop, for trees of orders. */
struct order_tree_site checkout_order_tree(const struct request *);

#endif
