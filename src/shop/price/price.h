/* price.h - a variant's price over time: the price at a moment, and the former price that may be struck out beside it.
 * Pure: no database, no clock.
 *
 * The price changes in steps. Those before now are history, those after now are what running and planned sales will
 * do. A price is lower than it was for as long as its step lasts, so no job has to run for a sale to begin or end.
 *
 * A struck price is the lowest price of the PRICE_DAYS before the reduction (directive 98/6/EC, article 6a), and a
 * percentage is computed from it (CJEU, C-330/23). So nothing is struck if that price was as low, or if the prices of
 * all these days are not known. A reduction without an end is announced for PRICE_DAYS. */
#ifndef KONTOR_SHOP_PRICE_PRICE_H
#define KONTOR_SHOP_PRICE_PRICE_H

#include "base/err.h"
#include "base/str.h"

#define PRICE_DAY_S INT64_C(86400)
#define PRICE_DAYS 30
#define PRICE_SALE_DAYS_MAX 92 /* of one sale */
#define PRICE_STEPS_MAX 200
#define PRICE_PAST_MAX 100 /* steps of the past that count: a price that changes more often is never struck */
#define PRICE_SALES_MAX 40 /* planned or running, of one variant */

/* `minor` is the price from `since_s` to the next step. */
struct price_step {
	int64_t since_s, minor;
};

/* In the order of time; two successive prices differ. */
struct price_line {
	struct price_step v[PRICE_STEPS_MAX];
	size_t n;
};

/* Holds for from_s <= t < to_s. */
struct price_sale {
	int64_t from_s, to_s, minor;
};

struct price_now {
	int64_t minor;
	int64_t was_minor; /* the price to strike out; 0: none */
	int64_t ends_s;	   /* of the reduction; 0: not planned, or no reduction */
	int64_t change_s;  /* when any of this changes by itself; 0: never */
};

/* Appends a step. One that changes nothing is left out, the oldest when there is no room. */
void price_add(struct price_line *, int64_t since_s, int64_t minor);

/* The prices at a moment. `base_minor`: the price before the first step. */
void price_at(const struct price_line *, int64_t base_minor, int64_t now_s, struct price_now *);

/* The lowest price of the PRICE_DAYS before step `i`; -1: not all of them are known. */
int64_t price_lowest_before(const struct price_line *, size_t i);

/* Adds to the steps before now those that follow from the price without sales and from the sales, at most
 * PRICE_SALES_MAX: at each moment the lowest price of all counts. */
void price_plan(struct price_line *, int64_t base_minor, const struct price_sale *, size_t n, int64_t now_s);

/* The steps that price_at() needs from now on, as text; "": none. */
struct str price_line_format(struct arena *, const struct price_line *, int64_t now_s);

/* ERR_UPSTREAM when the text is not that of a line. */
MUST_USE bool price_line_parse(struct str, struct price_line *, struct err *);

/* By how much `minor` is below `was_minor`: whole percent, rounded down. */
int price_percent(int64_t was_minor, int64_t minor);

/* The price of a sale of `bp` hundredths of a percent, rounded down to the minor unit. */
int64_t price_off(int64_t minor, int64_t bp);

#endif
