/* stock.h - how many of a variant can be sold, and its availability class on pages.
 *
 * Pages cache the class, never the number, so a sale invalidates cached pages only when the class changes. */
#ifndef KONTOR_SHOP_STOCK_H
#define KONTOR_SHOP_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#define STOCK_LOW 5 /* up to this many are "low" */

/* As stored in product.avail; a product has the best class of its variants, by stock_better(). */
enum stock_avail { STOCK_SOLD_OUT, STOCK_FEW, STOCK_PLENTY, STOCK_ON_ORDER };

enum stock_reason {
	STOCK_FIRST,
	STOCK_IMPORT,
	STOCK_SALE,
	STOCK_EXPIRED,
	STOCK_CANCELLED,
};

struct stock {
	int64_t on_hand;
	bool tracked;	/* false: always available, ignore on_hand */
	bool sell_over; /* "continue selling": can be ordered when out of stock */
};

enum stock_avail stock_avail(const struct stock *);

/* Plenty, then few, then on order, then sold out. */
enum stock_avail stock_better(enum stock_avail, enum stock_avail);

const char *stock_avail_name(enum stock_avail); /* "sold_out", "low", "in_stock", "on_order" */

/* The part of `wanted` that can be sold now. */
int64_t stock_sellable(const struct stock *, int64_t wanted);

#endif
