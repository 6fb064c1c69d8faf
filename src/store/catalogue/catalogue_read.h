/* catalogue_read.h - reads the catalogue from the database, for pages.
 *
 * Results are on the given arena. `lang` is the visitor's language; `shop_lang` replaces missing translations. Only
 * active products are found. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_READ_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_READ_H

#include "plat/db/db.h"
#include "shop/catalogue.h"

struct catalogue_langs {
	struct str lang, shop_lang;
};

/* *p is NULL when no active product has this handle. If an active product had it before, *moved is its present handle;
 * otherwise none. Handles are compared byte by byte, since cached values are deleted by the same bytes. */
MUST_USE bool catalogue_find_product(struct db *, struct arena *, const struct catalogue_langs *, struct str handle,
    struct catalogue_product **p, struct str *moved, struct err *);

/* Looks for a handle that no active product has. *alike: the handle of the only active product that has it, or had it,
 * in other upper or lower case; otherwise none. *gone: only archived products have or had it. */
MUST_USE bool catalogue_find_alike(
    struct db *, struct arena *, struct str handle, struct str *alike, bool *gone, struct err *);

/* One variant. *v is NULL when the product has it no more. */
MUST_USE bool catalogue_find_variant(struct db *, struct arena *, const struct catalogue_langs *, uint64_t product_id,
    uint64_t variant_id, struct catalogue_variant **v, struct err *);

/* Cards of the products in `ids`, in no particular order. Products that are not active are left out. */
struct catalogue_cards {
	struct catalogue_card *v;
	size_t n;
};
MUST_USE bool catalogue_load_cards(struct db *, struct arena *, const struct catalogue_langs *, const uint64_t *ids,
    size_t n_ids, struct catalogue_cards *, struct err *);

/* A page of a list, by keyset paging: the cursor is the last row's key as text. A cursor of none gives the first
 * page. */
enum catalogue_sort { SORT_NEWEST, SORT_PRICE, SORT_PRICE_DOWN, SORT_NAME };

struct catalogue_list {
	uint64_t *ids;
	size_t n;
	struct str next; /* cursor of the next page; none: this is the last */
};

/* category 0: the whole shop. ERR_INPUT when the cursor does not belong to this sort order. */
struct catalogue_list_query {
	uint64_t category;
	enum catalogue_sort sort;
	struct str after;
	size_t n;
};
MUST_USE bool catalogue_list(struct db *, struct arena *, struct str lang, const struct catalogue_list_query *,
    struct catalogue_list *, struct err *);

/* Products with the tag, newest first. */
MUST_USE bool catalogue_tagged(
    struct db *, struct arena *, struct str tag, size_t n, struct catalogue_list *, struct err *);

/* Products that contain all tokens (shop/search.h), newest first. n_tokens >= 1. */
MUST_USE bool catalogue_search(struct db *, struct arena *, struct str lang, const struct str *tokens, size_t n_tokens,
    const struct catalogue_list_query *, struct catalogue_list *, struct err *);

/* Categories: the one with this slug, or NULL; the direct children of `parent` (0: the top categories); the path from
 * the top category down to and including `id`. */
struct catalogue_categories {
	struct catalogue_category *v;
	size_t n;
};
MUST_USE bool catalogue_find_category(struct db *, struct arena *, const struct catalogue_langs *, struct str slug,
    struct catalogue_category **, struct err *);
MUST_USE bool catalogue_children(struct db *, struct arena *, const struct catalogue_langs *, uint64_t parent,
    struct catalogue_categories *, struct err *);
MUST_USE bool catalogue_way(struct db *, struct arena *, const struct catalogue_langs *, uint64_t id,
    struct catalogue_categories *, struct err *);

#endif
