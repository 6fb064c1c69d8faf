/* sale_store.h - sales: lower prices for some variants, from one moment to another.
 *
 * A sale has its prices when it is made: later changes of a variant's own price do not change them, and variants that
 * are added to a category later are not in it. At each moment a variant sells for its own price or that of a running
 * sale, whichever is lowest. Nothing has to run for a sale to begin or end (price_plan.h). */
#ifndef KONTOR_STORE_PRICE_SALE_STORE_H
#define KONTOR_STORE_PRICE_SALE_STORE_H

#include "store/price/price_store.h"

#define SALE_NAME_MAX 100	/* characters */
#define SALE_SELECTION_MAX 2000

struct sale {
	uint64_t id;
	struct str name, rule, selection; /* rule and selection as they were stated */
	struct str actor, ended_by;	  /* ended_by none: not ended before its time */
	int64_t starts_s, ends_s, created_s;
	uint64_t n; /* variants */
};

enum sale_state { SALE_PLANNED, SALE_RUNNING, SALE_OVER };
enum sale_state sale_state(const struct sale *, int64_t now_s);
const char *sale_state_name(enum sale_state);

/* A variant in a sale: its price without sales when the sale was made, and in it. */
struct sale_price {
	uint64_t variant_id;
	int64_t base_minor, minor;
};

/* How the sale would look to buyers when it begins. */
struct sale_preview {
	int64_t now_minor;    /* the price when the sale begins, without it */
	int64_t then_minor;   /* with it: lower than the sale's own price when another sale is better */
	int64_t lowest_minor; /* of the 30 days before; -1: not known */
	int64_t was_minor;    /* struck out; 0: nothing */
	struct str other;     /* name of another sale of the same time; none: there is none */
};

/* For each of the `n` prices, what the sale does to it. The goods are in the same order. Writes nothing. */
MUST_USE bool sale_preview(struct db *, struct arena *, const struct sale *, const struct sale_price *,
    struct sale_preview *, int64_t now_s, struct err *);

/* Makes a sale with `n` prices of these goods, in one transaction. ERR_CONFLICT: there is one of this name. */
MUST_USE bool sale_add(struct db *, struct arena *, const struct sale *, const struct sale_price *,
    const struct price_goods *, struct err *);

/* All sales, the newest first. */
MUST_USE bool sale_list(struct db *, struct arena *, struct sale **, size_t *n, struct err *);

/* ERR_NOT_FOUND: there is none of this name. */
MUST_USE bool sale_get(struct db *, struct arena *, struct str name, struct sale *, struct err *);

/* Its prices, in the order of the variants' ids. */
MUST_USE bool sale_prices(struct db *, struct arena *, const struct sale *, struct sale_price **, struct err *);

/* Ends the sale now, in one transaction. ERR_CONFLICT when it is over. */
MUST_USE bool sale_end(
    struct db *, struct arena *, const struct sale *, struct str actor, const struct price_goods *, struct err *);

/* For kontor-jobs: sorts lists by the prices of sales that have begun or ended, some hundred products at a time. */
struct sale_sorting {
	uint64_t sale, after; /* where to go on */
};
MUST_USE bool sale_sort(struct db *, struct arena *, struct sale_sorting *, bool *more, struct err *);

#endif
