/* catalogue_read.h - the catalogue out of the database, for the pages.
 *
 * Everything lies on the given arena. `lang` is the visitor's language, `shop_lang` the one that serves where a text
 * is missing. Only active products are found. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_READ_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_READ_H

#include "plat/db/db.h"
#include "shop/catalogue.h"

struct catalogue_langs {
	struct str lang, shop_lang;
};

/* *p is NULL when no active product has this handle; then *moved, if not none, is the present handle of the product
 * that had it before. Handles are compared byte by byte, since cached values are deleted by the same bytes. */
MUST_USE bool catalogue_find_product(struct db *, struct arena *, const struct catalogue_langs *, struct str handle,
    struct catalogue_product **p, struct str *moved, struct err *);

/* Cards of the products in `ids`, in no order; products that are not active are left out. */
struct catalogue_cards {
	struct catalogue_card *v;
	size_t n;
};
MUST_USE bool catalogue_load_cards(struct db *, struct arena *, const struct catalogue_langs *, const uint64_t *ids,
    size_t n_ids, struct catalogue_cards *, struct err *);

/* A page of a list. Keyset paging: the cursor is the last row's key, as text; none begins at the start. */
enum catalogue_sort { SORT_NEWEST, SORT_PRICE, SORT_PRICE_DOWN, SORT_NAME };

struct catalogue_list {
	uint64_t *ids;
	size_t n;
	struct str next; /* cursor of the following page; none: this was the last */
};

/* category 0: the whole shop. ERR_INPUT when the cursor is not one of this sort. */
struct catalogue_list_query {
	uint64_t category;
	enum catalogue_sort sort;
	struct str after;
	size_t n;
};
MUST_USE bool catalogue_list(struct db *, struct arena *, struct str lang, const struct catalogue_list_query *,
    struct catalogue_list *, struct err *);

/* Products that carry the tag, newest first. */
MUST_USE bool catalogue_tagged(
    struct db *, struct arena *, struct str tag, size_t n, struct catalogue_list *, struct err *);

/* Products that hold all the tokens (shop/search.h), newest first. n_tokens >= 1. */
MUST_USE bool catalogue_search(struct db *, struct arena *, struct str lang, const struct str *tokens, size_t n_tokens,
    const struct catalogue_list_query *, struct catalogue_list *, struct err *);

/* Categories: the one of this slug (NULL: none), those right below `parent` (0: the top), the way from the top down
 * to `id`, itself included. */
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
