/* jsonld.h - structured data for search engines and mail programs: schema.org JSON-LD.
 *
 * Made from the page's view trees, with absolute URLs, encoded for use inside <script>. The result is on the arena.
 * Beyond a size limit it is empty: the page works without it. */
#ifndef KONTOR_VIEW_JSONLD_H
#define KONTOR_VIEW_JSONLD_H

#include "plat/conf/conf.h"
#include "shop/catalogue.h"
#include "shop/rules.h"
#include "view/url.h"
#include "view/view.h"

struct jsonld_shop {
	const struct urls *urls;
	const struct conf *conf;
	const struct shop_rules *rules;
};

/* The shop as a WebSite with a SearchAction, and as an Organization. */
struct str jsonld_site(struct arena *, const struct jsonld_shop *, const struct lang *);

/* A list of links (text, url) as BreadcrumbList. `last`, unless none, is appended as the name of the page itself. */
struct str jsonld_breadcrumbs(struct arena *, const struct urls *, const struct view *links, struct str last);

/* A product with all its variants, as a ProductGroup, or as a Product when it has one variant. */
struct jsonld_goods {
	const struct jsonld_shop *shop;
	const struct lang *lang;
	const struct catalogue_product *product;
	const struct view *tree; /* made from it (doc/templates.md), with the variants in the same order */
};
struct str jsonld_product(struct arena *, const struct jsonld_goods *);

/* An order as an Order, for mails: `order` is its tree (work/order_tree.h), with the first lines only. */
struct str jsonld_order(struct arena *, const struct urls *, struct str merchant, const struct view *order);

/* Appends breadcrumbs to `made`, a result of one of the functions above. */
struct str jsonld_with_breadcrumbs(
    struct arena *, const struct urls *, struct str made, const struct view *links);

#endif
