/* catalogue_save.h - products into the database, so that saving the same again changes nothing.
 *
 * Everything happens inside the caller's transaction. Products are saved in batches of a hundred: each statement takes
 * the rows of a whole batch. A product is recognised by its handle, or, when no product has that handle, by the SKUs
 * of its variants: then it has been renamed, and the old handle is kept for a redirect. A variant is recognised by its
 * SKU, then by its options. Variants are never deleted, since orders and journals point to them: they are marked as
 * gone, and come back when they are in a table again.
 *
 * Stock is set when a variant is new. Later only when `set_stock` asks for it, and then as a movement to the given
 * figure, under the row's lock: an import can never give back what was sold meanwhile. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_SAVE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_SAVE_H

#include "plat/db/db.h"
#include "shop/product.h"
#include "shop/translation.h"

struct catalogue_save {
	struct db *db;
	struct arena *a; /* for one call; the caller resets it */
	const struct str *langs; /* that the shop offers; the first is its own */
	size_t n_langs;
	int64_t now_s;
	bool set_stock;
	/* Will a product of this handle still come, or has it been here? Then it has not been renamed. May be NULL. */
	bool (*has_handle)(void *arg, struct str handle);
	void *arg;
};

enum catalogue_change { CATALOGUE_SAME, CATALOGUE_NEW, CATALOGUE_CHANGED };

struct catalogue_saved {
	enum catalogue_change product;
	uint64_t id;
	struct str old_handle; /* it was renamed; else none */
	uint64_t variants_new, variants_changed, variants_same, variants_gone, stock_moved;
};

/* One import at a time, until catalogue_save_unlock() or the end of the connection: two would wait for each other's
 * lists, counts and words and deadlock. ERR_CONFLICT when another connection holds it. Correctness does not depend on
 * this lock. */
MUST_USE bool catalogue_save_lock(struct db *, struct arena *, struct err *);
void catalogue_save_unlock(struct db *, struct arena *);

/* Saves products, all of them or none; their handles differ; body_html must be clean. `out` has room for n. Their
 * places in lists and the search index are updated too. */
MUST_USE bool catalogue_save_products(
    struct catalogue_save *, const struct product *const *, size_t n, struct catalogue_saved *out, struct err *);

/* Saves one text, its body_html clean. *id is the product's, or 0 for other texts; unless *change is CATALOGUE_SAME,
 * that product must be indexed (catalogue_index) before the transaction ends. ERR_NOT_FOUND: there is no such product
 * or category. */
MUST_USE bool catalogue_save_text(struct catalogue_save *, const struct translation *, enum catalogue_change *change,
    uint64_t *id, struct err *);

/* Updates everything derived from products: places in lists, search words, counts of categories; and marks their cached
 * values as stale. Each id once. */
MUST_USE bool catalogue_index(struct catalogue_save *, const uint64_t *ids, size_t n, struct err *);

/* The same for new products, of which nothing can be cached. */
MUST_USE bool catalogue_index_new(struct catalogue_save *, const uint64_t *ids, size_t n, struct err *);

/* The category of a path, made with all above it when it is not there. */
MUST_USE bool catalogue_category(struct catalogue_save *, struct str path, uint64_t *id, struct err *);

#endif
