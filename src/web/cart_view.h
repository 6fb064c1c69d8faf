/* cart_view.h - the visitor's cart and its checkout plan, as view trees. */
#ifndef KONTOR_WEB_CART_VIEW_H
#define KONTOR_WEB_CART_VIEW_H

#include "shop/order.h"
#include "store/order/cart_store.h"
#include "view/view.h"
#include "serve/request.h"

struct cart_page {
	bool found; /* the visitor has an open cart that is not empty */
	struct cart cart;
	struct checkout_draft draft;
	struct checkout_plan plan;
};

/* The owner of the cart and the language of its texts. Requires a session. */
struct cart_owner cart_page_owner(const struct request *);

MUST_USE bool cart_page_load(struct request *, struct cart_page *, struct err *);

/* Recomputes the plan after a change of the draft. */
MUST_USE bool cart_page_plan(struct request *, struct cart_page *, struct err *);

/* Answers with a redirect to the cart. It says so if the visitor's browser has sent a form without its cookie. */
bool cart_page_redirect(struct request *);

/* Puts me.cart (doc/templates.md), if there is a cart. */
void cart_page_put(const struct request *, const struct cart_page *, struct view *me);

struct money cart_amount(const struct request *, int64_t minor);

/* Puts `offer`, which the law wants named before ordering begins (Directive 2011/83/EU, art. 8 (3)): means of payment
 * and countries of delivery, as the settings in effect allow, whatever the goods are. */
void cart_put_offer(const struct page_ctx *, struct view *page);

#endif
