/* goods_tree.h - products and categories as view trees, with the names of doc/templates.md. Pure. */
#ifndef KONTOR_WEB_GOODS_TREE_H
#define KONTOR_WEB_GOODS_TREE_H

#include "shop/catalogue.h"
#include "shop/shipping.h"
#include "view/view.h"
#include "serve/request.h"
#include "web/goods_choice.h"

/* The former price to strike out, of an object `price`; nothing if it is 0. */
void goods_put_was(struct view *price, int64_t minor, int64_t was_minor, currency);

/* Working days until delivery; nothing if they are not known. */
void goods_put_days(struct view *, int days_min, int days_max);

/* The card of a product. */
struct view *goods_card_tree(const struct page_ctx *, const struct catalogue_card *);

/* The cached part of a product, which does not depend on the chosen variant. In addition to doc/templates.md, each
 * variant has `values` (list of strings). For large products see goods_choice.h. */
struct view *goods_product_tree(const struct page_ctx *, const struct catalogue_product *);

/* A variant of a large product, without its address and picture. */
struct view *goods_variant_tree(const struct page_ctx *, const struct catalogue_variant *);

/* Completes page.product of a large product. `variant` NULL: there is none. */
void goods_show_large(const struct page_ctx *, struct view *product, struct view *variant,
    const struct goods_chosen *, uint64_t picture);

/* Turns the decoded cached tree into page.product: adds the chosen variant, its price and availability, the state of
 * each option's values, and the picture. variant_id 0: any variant that can be bought. */
void goods_choose_variant(const struct page_ctx *, struct view *product, uint64_t variant_id, uint64_t picture);

/* The breadcrumbs of a page: `way`, those of its category, then `last`, the page's own name. Without `last`, the last
 * element of `way` is the page itself and no link. */
struct view *goods_breadcrumbs(const struct page_ctx *, const struct view *way, struct str last);

/* A category as a link: text, url, count, image. */
struct view *goods_category_link(const struct page_ctx *, const struct catalogue_category *);

/* page.category: name, text, image. */
struct view *goods_category_tree(const struct page_ctx *, const struct catalogue_category *);

#endif
