/* jsonld.h - structured data for search engines: schema.org JSON-LD.
 *
 * Made from the page's view trees, with absolute URLs, encoded for use inside <script>. The result is on the arena.
 * Beyond a size limit it is empty: the page works without it. */
#ifndef KONTOR_VIEW_JSONLD_H
#define KONTOR_VIEW_JSONLD_H

#include "view/url.h"
#include "view/view.h"

/* The shop as a WebSite with a SearchAction. */
struct str jsonld_site(struct arena *, const struct urls *, const struct lang *, struct str name);

/* A list of links (text, url) as BreadcrumbList. `last`, unless none, is appended as the name of the page itself. */
struct str jsonld_breadcrumbs(struct arena *, const struct urls *, const struct view *links, struct str last);

/* A product tree (doc/templates.md) with all its `variants`, as a ProductGroup, or as a Product when it has one
 * variant. */
struct str jsonld_product(struct arena *, const struct urls *, const struct view *product);

/* Appends breadcrumbs to `made`, a result of one of the functions above. */
struct str jsonld_with_breadcrumbs(
    struct arena *, const struct urls *, struct str made, const struct view *links);

#endif
