/* price_store.h - the operator's view of prices: selects variants and changes their prices.
 *
 * A change happens inside the caller's transaction, under catalogue_save_lock(); after the COMMIT the caller forgets
 * the cached values of the products (price_goods_forget()). */
#ifndef KONTOR_STORE_PRICE_PRICE_STORE_H
#define KONTOR_STORE_PRICE_PRICE_STORE_H

#include "plat/db/db.h"
#include "shop/price/price.h"
#include "store/outbox_store.h"

struct price_variant {
	uint64_t id, product_id;
	struct str sku, handle, title, options; /* title in the shop's own language */
	int64_t base_minor, now_minor;		/* without and with the running sales */
};

/* In the order of their ids, each once. */
struct price_goods {
	struct price_variant *v;
	size_t n;
};

enum price_by { PRICE_BY_SKU, PRICE_BY_HANDLE, PRICE_BY_TAG, PRICE_BY_CATEGORY, PRICE_BY_ALL, PRICE_BY__MAX };

struct price_choice {
	enum price_by by;
	struct str name; /* a category's path or slug; it includes the categories below */
};

/* Finds the variants that any of the choices names. Only what is in the catalogue; of archived products nothing.
 * ERR_NOT_FOUND when a choice names none. */
MUST_USE bool price_select(struct db *, struct arena *, struct str shop_lang, const struct price_choice *, size_t n,
    struct price_goods *, struct err *);

/* The variants with these ids. */
MUST_USE bool price_load(struct db *, struct arena *, struct str shop_lang, const uint64_t *ids, size_t n,
    struct price_goods *, struct err *);

/* Sets the price of all of them. The next import of a table sets it again, if the table has another. */
MUST_USE bool price_set(
    struct db *, struct arena *, const struct price_goods *, int64_t minor, int64_t now_s, struct err *);

/* Brings all that depends on the prices and sales of the goods up to date. */
MUST_USE bool price_changed(struct db *, struct arena *, const struct price_goods *, int64_t now_s, struct err *);

/* For the demo: rows [SKU, former price or null, days since the change or null] make a past of 90 days. Variants that
 * have a past are left alone. */
MUST_USE bool price_invent_past(struct db *, struct str rows, int64_t now_s, struct err *);

/* Forgets the products' cached values, after the COMMIT. */
MUST_USE bool price_forget(struct outbox_forget *, const struct price_goods *, struct err *);

#endif
