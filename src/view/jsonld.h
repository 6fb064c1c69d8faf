/* jsonld.h - what a page says to search engines, as schema.org JSON-LD.
 *
 * Made from the same view trees as the page, with absolute addresses, and encoded so that it may stand in a <script>.
 * The result is on the arena; it is empty when the page is too large for it, which harms nobody. */
#ifndef KONTOR_VIEW_JSONLD_H
#define KONTOR_VIEW_JSONLD_H

#include "view/url.h"
#include "view/view.h"

/* The shop as a WebSite with its search. */
struct str jsonld_site(struct arena *, const struct urls *, const struct lang *, struct str name);

/* A list of links (text, url) as BreadcrumbList; `last`, when it is not none, is the page itself, behind them. */
struct str jsonld_breadcrumbs(struct arena *, const struct urls *, const struct view *links, struct str last);

/* A product tree (doc/templates.md, with all its `variants`): a ProductGroup with its variants, or a Product when
 * there is only one. */
struct str jsonld_product(struct arena *, const struct urls *, const struct view *product);

/* `made`, which a function above has made, with breadcrumbs behind it. */
struct str jsonld_with_breadcrumbs(
    struct arena *, const struct urls *, struct str made, const struct view *links);

#endif
