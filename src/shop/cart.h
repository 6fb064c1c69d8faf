/* cart.h - the lines a visitor intends to buy, with their present catalogue data. Pure: no database, no clock.
 *
 * Lines are unique by variant (the table's primary key), and 1 <= quantity <= CART_QTY_MAX. A line stores the price
 * last shown to the visitor, so that every later price is announced as a change. */
#ifndef KONTOR_SHOP_CART_H
#define KONTOR_SHOP_CART_H

#include "base/money.h"
#include "shop/shipping.h"
#include "shop/stock.h"
#include "shop/tax.h"

#define CART_QTY_MAX 999
#define CART_LINES_MAX 100
#define CART_KEY_B 16

struct cart_line {
	uint64_t variant_id, product_id;
	int qty;
	int64_t seen_minor; /* the unit price last shown */

	/* the catalogue, now */
	bool on_sale; /* the product is active and the variant in the catalogue */
	int64_t price_minor, was_minor; /* the former price to strike out; 0: none */
	enum tax_class tax_class;
	bool ships; /* false: digital */
	int64_t weight_mg;
	struct stock stock;
	struct str title, options, sku, handle;
	struct str image_hash; /* CART_KEY_B bytes, or none */
	struct str image_alt;
	int64_t image_w, image_h;
};

struct cart {
	uint64_t id, session_id;
	uint8_t order_key[CART_KEY_B]; /* idempotency key: a cart becomes at most one order */
	struct cart_line *lines;
	size_t n;
};

enum cart_notice {
	CART_NOTICE_PRICE = 1, /* the price differs from the one last shown */
	CART_NOTICE_SHORT = 2, /* less stock than the line's quantity */
	CART_NOTICE_GONE = 4,  /* no longer on sale, or sold out */
};

/* The notices to show with a line: a set of enum cart_notice. */
unsigned cart_notices(const struct cart_line *);

/* True when the variant is on sale and at least one piece is left. Other lines are shown, but not counted. */
bool cart_counts(const struct cart_line *);

int64_t cart_units(const struct cart *);

/* The weight and value of the lines for which cart_counts() is true. ERR_LIMIT when a sum does not fit. */
MUST_USE bool cart_load_of(const struct cart *, struct shipping_load *, struct err *);

#endif
