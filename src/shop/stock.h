/* stock.h - the quantity of a variant that can be sold, and its availability class on pages.
 *
 * Pages cache the class, never the number, so a sale invalidates cached pages only when the class changes. */
#ifndef KONTOR_SHOP_STOCK_H
#define KONTOR_SHOP_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define STOCK_LOW 5 /* stock up to this is shown as "low" */

/* As stored in product.avail. A product has the best class among its variants (stock_better()). */
enum stock_avail { STOCK_SOLD_OUT, STOCK_FEW, STOCK_PLENTY, STOCK_ON_ORDER };

enum stock_reason {
#define STOCK_REASON(id, value, name, by_hand, help) STOCK_##id = (value),
#include "shop/stock_reason.def"
#undef STOCK_REASON
	STOCK_REASON__MAX
};

struct stock {
	int64_t on_hand;
	bool tracked;	/* false: always available, ignore on_hand */
	bool sell_over; /* can be ordered when out of stock */
};

enum stock_avail stock_avail(const struct stock *);

/* The better class; from best to worst: plenty, few, on order, sold out. */
enum stock_avail stock_better(enum stock_avail, enum stock_avail);

const char *stock_reason_name(enum stock_reason); /* "delivery"; "": not a reason */

/* A reason that somebody may give for a change of his own. */
MUST_USE bool stock_reason_find(struct str name, enum stock_reason *out);

/* The part of `wanted` that can be sold now. */
int64_t stock_sellable(const struct stock *, int64_t wanted);

#endif
