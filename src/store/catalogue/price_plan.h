/* price_plan.h - stores how running and planned sales change prices by themselves (shop/price/price.h).
 *
 * The steps to come stand in price_history behind those of the past; variant.prices has the ones that pages need, as
 * text, and is NULL for the many variants without any. Both follow from variant.price_minor and the tables of sales, so
 * whoever changes these calls price_plan_save() in the same transaction, under catalogue_save_lock(). */
#ifndef KONTOR_STORE_CATALOGUE_PRICE_PLAN_H
#define KONTOR_STORE_CATALOGUE_PRICE_PLAN_H

#include "plat/db/db.h"
#include "shop/catalogue.h"
#include "shop/price/price.h"

/* A variant with its steps of the past, and its sales that have not ended. */
struct price_planned {
	uint64_t id;
	int64_t base_minor; /* the price without sales */
	struct price_line line;
	struct price_sale *sales;
	size_t n_sales;
};

/* Loads the variants in the order of their ids, at most PRICE_BATCH. */
#define PRICE_BATCH 100 /* times PRICE_PAST_MAX steps are DB_ROWS_MAX */
struct price_plans {
	struct price_planned *v;
	size_t n;
};
MUST_USE bool price_plan_load(
    struct db *, struct arena *, struct str ids, int64_t now_s, struct price_plans *, struct err *);

/* Stores the prices of the variants from `now_s`, the database's time, on. ERR_LIMIT when one of them has more than
 * PRICE_SALES_MAX sales. */
MUST_USE bool price_plan_save(
    struct db *, struct arena *, const uint64_t *variants, size_t n, int64_t now_s, struct err *);

/* Stores the lowest present price of products where lists read it. `ids`: a JSON list. */
MUST_USE bool price_plan_sort(struct db *, struct str ids, struct err *);

/* Reads the columns variant.prices and the database's time: the prices of that moment. */
MUST_USE bool price_plan_read(
    struct db_rows *, int64_t base_minor, struct price_now *, int64_t *now_s, struct err *);

/* Reads the columns price_minor, compare_minor, prices and the database's time into a variant. */
MUST_USE bool price_plan_take(struct db_rows *, struct catalogue_variant *, struct err *);

#endif
