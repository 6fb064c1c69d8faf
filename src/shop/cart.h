/* cart.h - what a visitor intends to buy, beside what the catalogue says about it now. Pure: no database, no clock.
 *
 * Lines are unique by variant (the table's primary key), and 1 <= quantity <= CART_QTY_MAX. A line remembers the price
 * that the visitor saw last, so that a change is said and never silent. */
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
	int64_t seen_minor; /* the unit price when it was last shown */

	/* the catalogue, now */
	bool on_sale; /* the product is active and the variant in the catalogue */
	int64_t price_minor;
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
	uint8_t order_key[CART_KEY_B]; /* the key of the one order that can come of this cart */
	struct cart_line *lines;
	size_t n;
};

enum cart_notice {
	CART_NOTICE_PRICE = 1, /* the price is another than the one last shown */
	CART_NOTICE_SHORT = 2, /* fewer are left than the line wants */
	CART_NOTICE_GONE = 4,  /* not sold any more, or none left */
};

/* What the visitor must be told about a line: a set of enum cart_notice. */
unsigned cart_notices(const struct cart_line *);

/* Is it worth anything: is it on sale, with at least one left? Lines that are not are shown but not counted. */
bool cart_counts(const struct cart_line *);

int64_t cart_units(const struct cart *);

/* Weight and value of the lines that count. ERR_LIMIT when a sum does not fit. */
MUST_USE bool cart_load_of(const struct cart *, struct shipping_load *, struct err *);

#endif
