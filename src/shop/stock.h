/* stock.h - the quantity of a variant that can be sold, and its availability class on pages.
 *
 * Pages cache the class, never the number, so a sale invalidates cached pages only when the class changes. */
#ifndef KONTOR_SHOP_STOCK_H
#define KONTOR_SHOP_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#define STOCK_LOW 5 /* stock up to this is shown as "low" */

/* As stored in product.avail. A product has the best class among its variants (stock_better()). */
enum stock_avail { STOCK_SOLD_OUT, STOCK_FEW, STOCK_PLENTY, STOCK_ON_ORDER };

enum stock_reason {
	STOCK_FIRST,
	STOCK_IMPORT,
	STOCK_SALE,
	STOCK_EXPIRED,
	STOCK_CANCELLED,
	STOCK_RETURN = 8,
};

struct stock {
	int64_t on_hand;
	bool tracked;	/* false: always available, ignore on_hand */
	bool sell_over; /* can be ordered when out of stock */
};

enum stock_avail stock_avail(const struct stock *);

/* The better class; from best to worst: plenty, few, on order, sold out. */
enum stock_avail stock_better(enum stock_avail, enum stock_avail);

const char *stock_avail_name(enum stock_avail); /* "sold_out", "low", "in_stock", "on_order" */

/* The part of `wanted` that can be sold now. */
int64_t stock_sellable(const struct stock *, int64_t wanted);

#endif
