/* catalogue_save.h - saves products in the database. Saving the same product again changes nothing.
 *
 * Everything happens inside the caller's transaction. Products are saved in batches of a hundred: each statement takes
 * the rows of a whole batch. A product is recognised by its handle. A product with a new handle is a known one that was
 * renamed only if exactly one known product has any of its SKUs, no other product of the import has that one's handle,
 * and the two agree in the title and in all SKUs; with `renames`, it suffices that the known one has all of its SKUs.
 * The old handle is kept for a redirect; a product that has it later is another one. A variant is recognised by its
 * options, then by its SKU if no other variant of the product has that. Variants are never deleted, since orders and
 * stock movements refer to them: they are marked as gone, and restored when an import contains them again.
 *
 * Stock is set when a variant is new. It is changed later only when `set_stock` is true, by a movement to the given
 * level. The movement is computed under the row's lock, so that it never undoes a sale made meanwhile. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_SAVE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_SAVE_H

#include "plat/db/db.h"
#include "shop/product.h"
#include "shop/translation.h"

struct catalogue_save {
	struct db *db;
	struct arena *a; /* for one call; reset by the caller */
	const struct str *langs; /* offered by the shop; the first is the shop's own */
	size_t n_langs;
	int64_t now_s;
	bool set_stock, renames;
	/* True when the import contains a product with this handle, which therefore was not renamed. May be NULL. */
	bool (*has_handle)(void *arg, struct str handle);
	void *arg;
};

enum catalogue_change { CATALOGUE_SAME, CATALOGUE_NEW, CATALOGUE_CHANGED };

struct catalogue_saved {
	enum catalogue_change product;
	uint64_t id;
	struct str old_handle; /* if the product was renamed; else none */
	uint64_t variants_new, variants_changed, variants_same, variants_gone, stock_moved;
};

/* Locks the catalogue against other imports until catalogue_save_unlock() or the end of the connection. Concurrent
 * imports would be correct, but would deadlock on lists, counts and words. ERR_CONFLICT when another connection has the
 * lock. */
MUST_USE bool catalogue_save_lock(struct db *, struct arena *, struct err *);
void catalogue_save_unlock(struct db *, struct arena *);

/* Saves all of the products or none, and updates their places in lists and the search index. The handles must differ,
 * and body_html must be clean. `out` has room for n. */
MUST_USE bool catalogue_save_products(
    struct catalogue_save *, const struct product *const *, size_t n, struct catalogue_saved *out, struct err *);

/* A stock level for a variant: by handle and option values, else by a SKU that only one variant has. */
struct catalogue_stock {
	struct str handle, value[PRODUCT_OPTIONS_MAX], sku;
	int64_t qty; /* below 0 counts as 0, unless the variant may be oversold */
	uint32_t line;
	/* out */
	bool found, moved;
	uint64_t product;
};

/* Sets the stock of the variants, by a movement to each level. `rows` names each variant once. */
MUST_USE bool catalogue_save_stock(struct catalogue_save *, struct catalogue_stock *rows, size_t n, struct err *);

/* Finds the product that has a handle, with its title in the shop's language and its SKUs. id 0: there is none. */
struct catalogue_found {
	uint64_t id;
	struct str title;
	struct str *skus;
	size_t n_skus;
};
MUST_USE bool catalogue_find_handle(
    struct catalogue_save *, struct str handle, struct catalogue_found *, struct err *);

/* The present handle of the product that was imported under the invalid handle `typed`; none: there is none. */
MUST_USE bool catalogue_find_typed(struct catalogue_save *, struct str typed, struct str *handle, struct err *);

/* Saves one text; body_html must be clean. *id is the product's id, or 0 for other texts. Unless *change is
 * CATALOGUE_SAME, call catalogue_index() for the product before the transaction ends. ERR_NOT_FOUND: the product or
 * category does not exist. */
MUST_USE bool catalogue_save_text(struct catalogue_save *, const struct translation *, enum catalogue_change *change,
    uint64_t *id, struct err *);

/* Updates everything derived from products (places in lists, search words, counts of categories) and marks their cached
 * values as stale. Pass each id once. */
MUST_USE bool catalogue_index(struct catalogue_save *, const uint64_t *ids, size_t n, struct err *);

/* The same for new products, which have no cached values. */
MUST_USE bool catalogue_index_new(struct catalogue_save *, const uint64_t *ids, size_t n, struct err *);

/* The category of a path. Creates it and its ancestors if they do not exist. */
MUST_USE bool catalogue_category(struct catalogue_save *, struct str path, uint64_t *id, struct err *);

#endif
