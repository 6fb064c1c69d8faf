/* catalogue_save_impl.h - shared by the catalogue_save files and catalogue_index.c only; its names begin with save_.
 *
 * Each statement takes the rows of many products. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_SAVE_IMPL_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_SAVE_IMPL_H

#include "plat/text/digest.h"
#include "shop/stock.h"
#include "store/catalogue/catalogue_save.h"
#include "store/rows_out.h"

/* A picture that the product has in the database. */
struct save_picture {
	struct str source, hash; /* hash none: the file was not found */
	int64_t w, h;
	struct save_picture *next;
};

/* A product that is being saved. */
struct save_item {
	const struct product *p;
	struct catalogue_saved *out;
	uint64_t id;   /* 0: not yet in the database */
	bool fresh;    /* it was not in the database before */
	bool same;     /* only its stock may change */
	bool restocked; /* its stock was changed */
	uint64_t category; /* 0: none */
	uint64_t *more; /* further categories; p->n_more */
	struct str known_hash, old_handle;
	struct particulars particulars; /* of the table, or else stored */
	uint8_t hash[DIGEST_B];
	struct save_picture *pictures;
};

struct save_batch {
	struct catalogue_save *s;
	struct save_item *item;
	size_t n;
	struct save_item **by_id; /* the items that have an id, in ascending order */
	size_t n_by_id;
	struct save_writing *writing; /* from save_variants() on */
};

/* Selects products of the batch for a statement. */
typedef bool save_test(const struct save_item *);
bool save_is_known(const struct save_item *);	/* was in the database before */
bool save_is_changed(const struct save_item *); /* is to be written, and was in the database before */
bool save_is_written(const struct save_item *); /* is to be written */

/* Runs a statement that takes a list of ids, unless no product passes the test. */
MUST_USE bool save_run_for(struct save_batch *, unsigned stmt, save_test *, struct err *);

/* The same for a SELECT. Reads no rows when no product passes. */
MUST_USE bool save_select_for(struct save_batch *, unsigned stmt, save_test *, struct db_rows *, struct err *);

/* The product with this id, which must be of the batch. */
struct save_item *save_item_of(struct save_batch *, uint64_t id);

/* Recognises renamed products among those without an id. */
MUST_USE bool save_find_renamed(struct save_batch *, struct err *);

/* Pictures: loads those in the database; finds out if any differs from the product; writes those of changed
 * products. */
MUST_USE bool save_pictures_load(struct save_batch *, struct err *);
bool save_pictures_differ(const struct save_item *);
MUST_USE bool save_pictures(struct save_batch *, struct err *);

/* Specifications, tags and further categories. */
MUST_USE bool save_words(struct save_batch *, struct err *);

/* The rows that save_pictures() and save_words() write for a product, as the JSON text of product.parts. */
MUST_USE bool save_parts(struct catalogue_save *, const struct save_item *, struct str *json, struct err *);

/* Writes variants and their prices, and the stock of new variants. */
MUST_USE bool save_variants(struct save_batch *, struct err *);

/* Updates the stock of existing variants, after save_variants(). Locks the stock rows, which makes buyers wait. */
MUST_USE bool save_stocks(struct save_batch *, struct err *);

/* The lowest price and the best availability of a product. */
struct save_sums {
	int64_t lowest_minor;
	enum stock_avail best;
	bool any;
};
void save_sums_add(struct save_sums *, int64_t price_minor, const struct stock *);

/* Categories and their ancestors, by path. */
struct save_category {
	struct str path;
	uint64_t id;
	struct save_title *titles;
};
struct save_title {
	struct str lang, title;
	struct save_title *next;
};
struct save_categories {
	struct save_category *v; /* sorted by path */
	size_t n;
};

/* Reads the existing categories among these paths and their ancestors. A path may be none. */
MUST_USE bool save_categories_load(
    struct catalogue_save *, const struct str *paths, size_t n, struct save_categories *, struct err *);

/* NULL: no such category was loaded. */
const struct save_category *save_categories_find(const struct save_categories *, struct str path);

#endif
