/* goods_tree.h - goods as view trees, with the names of doc/templates.md. Pure: no database, no cache. */
#ifndef KONTOR_WEB_GOODS_TREE_H
#define KONTOR_WEB_GOODS_TREE_H

#include "shop/catalogue.h"
#include "view/view.h"
#include "serve/request.h"

/* A product in lists. */
struct view *goods_card_tree(const struct page_ctx *, const struct catalogue_card *);

/* What is cached of a product: everything that does not depend on the choice of a variant. Each variant holds, beside
 * what doc/templates.md says, its `values` (list of strings). */
struct view *goods_product_tree(const struct page_ctx *, const struct catalogue_product *);

/* Makes the cached tree (decoded, so that it may be changed) page.product: the chosen variant, its price and
 * availability, the state of each option's values, the picture. variant_id 0: whichever can be had. */
void goods_choose_variant(const struct page_ctx *, struct view *product, uint64_t variant_id, uint64_t picture);

/* The way to a page, `way` being that of its category. `last`: the page's own name behind it; none: the way's last one
 * is the page itself, and no link. */
struct view *goods_breadcrumbs(const struct page_ctx *, const struct view *way, struct str last);

/* A category as a link: text, url, count, image. */
struct view *goods_category_link(const struct page_ctx *, const struct catalogue_category *);

/* page.category: name, text, image. */
struct view *goods_category_tree(const struct page_ctx *, const struct catalogue_category *);

#endif
