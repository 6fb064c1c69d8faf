/* stock.h - how many of a variant can be sold, and the class of availability that pages show.
 *
 * A page caches the class, never the number, so a sale spoils cached pages only when the class changes. */
#ifndef KONTOR_SHOP_STOCK_H
#define KONTOR_SHOP_STOCK_H

#include <stdbool.h>
#include <stdint.h>

#define STOCK_LOW 5 /* this many and fewer are "low" */

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
	bool tracked;	/* false: always there, on_hand means nothing */
	bool sell_over; /* "continue selling": may be ordered when there is none */
};

enum stock_avail stock_avail(const struct stock *);

/* Plenty, then few, then on order, then sold out. */
enum stock_avail stock_better(enum stock_avail, enum stock_avail);

const char *stock_avail_name(enum stock_avail); /* "sold_out", "low", "in_stock", "on_order" */

/* How many of `wanted` can be sold now. */
int64_t stock_sellable(const struct stock *, int64_t wanted);

#endif
