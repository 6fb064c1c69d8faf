/* goods_view.h - the goods as parts of a page's public tree, through the cache.
 *
 * Cached values are small and keyed exactly: a card per product, a product, a category, a page of ids. A list page is
 * assembled from cached ids and cached cards. So a changed price is forgotten under one key, and all lists show the new
 * price at once. */
#ifndef KONTOR_WEB_GOODS_VIEW_H
#define KONTOR_WEB_GOODS_VIEW_H

#include "shop/catalogue.h"
#include "store/catalogue/catalogue_read.h"
#include "view/view.h"
#include "serve/request.h"

#define GOODS_PAGE_N 24 /* cards per list page */

/* Appends the cards of these products to `list`, in this order. Omits deleted products, and cards that cannot be
 * read while the database is down. Fails if no card can be read. */
MUST_USE bool goods_put_cards(
    const struct page_ctx *, const uint64_t *ids, size_t n, struct view *list, struct err *);

/* Marks the pictures of the first row of a list that is at the top of a page: they are loaded at once. */
void goods_first_row(struct view *list);

/* Finds a product's tree by its address; complete it with goods_choose_variant(). The tree has `json_ld` and, if the
 * product has a category, the `id` of `category`. NULL: no product has the address now; if one had it, *moved is that
 * product's current address. With keep_none the cache keeps also that there is none. */
MUST_USE bool goods_find_product(const struct page_ctx *, struct str handle, bool keep_none, struct view **,
    struct str *moved, struct err *);

/* Finds a variant of a large product, whose tree this is. NULL: it is gone. */
MUST_USE bool goods_find_variant(
    const struct page_ctx *, const struct view *product, uint64_t variant_id, struct view **, struct err *);

/* A cached page of ids. `next` is the cursor of the next page, or none; `after` that of this page: none for the first,
 * and if the list does not know the requested one. */
struct goods_ids {
	uint64_t *ids;
	size_t n;
	struct str next, after;
};
MUST_USE bool goods_ids(
    const struct page_ctx *, const struct catalogue_list_query *, struct goods_ids *, struct err *);

/* The same, together with the list's category in one exchange with memcached. *way has `breadcrumbs` (links from the
 * top down to the category) and, as `category`, its id, name and url. */
MUST_USE bool goods_way_and_ids(const struct page_ctx *, const struct catalogue_list_query *, struct view **way,
    struct goods_ids *, struct err *);
MUST_USE bool goods_ids_tagged(
    const struct page_ctx *, struct str tag, size_t n, struct goods_ids *, struct err *);
MUST_USE bool goods_ids_found(const struct page_ctx *, struct str words, const struct catalogue_list_query *,
    struct goods_ids *, struct err *);

/* The category's tree: id, name, text, count, image, children, breadcrumbs, json_ld; or NULL. */
MUST_USE bool goods_find_category(
    const struct page_ctx *, struct str slug, struct view **, struct err *);

#endif
