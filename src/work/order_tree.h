/* order_tree.h - an order as a view tree, for its page, for mails and for paper: one source for all of them.
 *
 * The names are those of doc/templates.md. Trees borrow the order and are on the arena. */
#ifndef KONTOR_WORK_ORDER_TREE_H
#define KONTOR_WORK_ORDER_TREE_H

#include "plat/conf/conf.h"
#include "shop/order.h"
#include "store/order/order_store.h"
#include "view/url.h"
#include "view/view.h"

struct order_tree_site {
	struct arena *a;
	const struct conf *conf;
	const struct urls *urls;
	const struct lang *lang;
	enum country origin; /* of the shop: not named in addresses */
};

/* The story of an order, read only if it has changed since it was placed. */
struct order_story {
	struct order_moments moments;
	struct order_sents parcels;
	struct order_fates fates;
	struct order_returns returns;
	struct order_messages notes;
	const struct order_account *account; /* NULL: nothing was paid yet */
};

struct view *order_tree(const struct order_tree_site *, const struct order *, const struct order_story *);

/* Parts of it, which the checkout shows too. A kind or a method is a flag of the node. */
void order_tree_kind(struct view *, enum fulfilment); /* v.kind */
void order_tree_shipping(struct view *, enum shipping);
void order_tree_payment(struct view *, enum payment);

/* An address as a list of lines; the country is the last line unless it is the shop's own. */
void order_tree_address(const struct order_tree_site *, struct view *, uint16_t name, const struct address *);

/* v.address: that of the buyer, as far as it matters for the kind of fulfilment. */
void order_tree_recipient(
    const struct order_tree_site *, struct view *, enum fulfilment, const struct address *);

/* A parcel with its carrier and dates. Its address is left out unless it is one of the web. */
void order_tree_parcel(struct view *, const struct order_sent *);

void order_tree_taxes(
    const struct order_tree_site *, struct view *totals, const struct order_tax *, size_t n, currency);
void order_tree_totals(const struct order_tree_site *, struct view *, const struct order *);
void order_tree_lines(const struct order_tree_site *, struct view *, const struct order *);

#endif
