/* totals.h - computes all totals of carts and orders.
 *
 * The tax of each line is rounded. Sums add rounded figures, so that the figures shown add up. The shipping price is
 * divided among the tax rates of the shipped goods in proportion to their value (largest remainder method).
 *
 * Invariants of the result:
 *   line: net + tax = gross;  sum of lines' gross + shipping gross = total;
 *   net + tax = total;  over all rates, the sum of net = net and the sum of tax = tax. */
#ifndef KONTOR_SHOP_TOTALS_H
#define KONTOR_SHOP_TOTALS_H

#include "base/money.h"
#include "shop/tax.h"

struct totals_line {
	/* given */
	int64_t unit_minor; /* as in the catalogue, >= 0 */
	int qty;	    /* >= 1 */
	enum tax_class tax_class;
	bool ships; /* shipped, so part of the shipping price is attributed to it */
	/* computed */
	int32_t rate_bp;
	int64_t shown_minor; /* unit price * quantity: with or without tax, like all shown prices */
	struct tax_split tax;
};

struct totals_rate {
	int32_t rate_bp;
	int64_t net_minor, tax_minor; /* goods and shipping */
	struct tax_split shipping;    /* the part of shipping in both */
};

struct totals {
	currency cur;
	bool tax_included;
	int64_t items_minor;	/* the lines' shown_minor */
	int64_t shipping_minor; /* at the shown price */
	struct tax_split shipping;
	int64_t net_minor, tax_minor, total_minor;
	struct totals_rate rates[TAX__MAX]; /* highest rate first */
	size_t n_rates;
};

struct totals_rules {
	currency cur;
	bool tax_included;
	struct tax_rates rates;
	int64_t shipping_minor; /* with or without tax, like all shown prices */
};

/* Fills the computed part of the lines, and *t. ERR_LIMIT when an amount does not fit. */
MUST_USE bool totals_compute(
    struct totals *t, const struct totals_rules *, struct totals_line *lines, size_t n, struct err *);

/* Divides `whole` >= 0 in proportion to the weights >= 0; the parts add up to `whole`. When all weights are 0, the
 * first part gets everything. ERR_LIMIT when the sum of weights does not fit. */
MUST_USE bool totals_divide(int64_t whole, const int64_t *weights, int64_t *parts, size_t n, struct err *);

#endif
