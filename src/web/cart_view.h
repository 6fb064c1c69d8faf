/* cart_view.h - the visitor's cart as it is shown beside every personal page, and the plan behind it. */
#ifndef KONTOR_WEB_CART_VIEW_H
#define KONTOR_WEB_CART_VIEW_H

#include "shop/order.h"
#include "store/order/cart_store.h"
#include "view/view.h"
#include "serve/request.h"

struct cart_page {
	bool found; /* the visitor has an open cart with something in it */
	struct cart cart;
	struct checkout_draft draft;
	struct checkout_plan plan;
};

/* Whose cart it is, and in which language its texts are read. There must be a session. */
struct cart_owner cart_page_owner(const struct request *);

MUST_USE bool cart_page_load(struct request *, struct cart_page *, struct err *);

/* Again, after the draft has changed. */
MUST_USE bool cart_page_plan(struct request *, struct cart_page *, struct err *);

/* me.cart of doc/templates.md; nothing when there is none. */
void cart_page_put(const struct request *, const struct cart_page *, struct view *me);

/* The parts that an order's page is made of, too. */
void cart_put_image(const struct request *, struct view *, struct str hash, struct str alt, int64_t w, int64_t h);
void cart_put_taxes(const struct request *, struct view *totals, const struct order_tax *, size_t n, currency);
struct money cart_amount(const struct request *, int64_t minor);

#endif
