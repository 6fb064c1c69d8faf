/* totals.h - the one place where a total is computed: for the cart, the checkout, the order and `kontor verify`.
 *
 * Each line's tax is rounded by itself; all sums are sums of those rounded figures, so that whatever is printed adds
 * up. Shipping follows the goods: its price is divided among their tax rates in proportion to what is sent, and the
 * cent that is left over goes to the part that lost most by rounding down.
 *
 * For the result it always holds:
 *   line: net + tax = gross;  sum of lines' gross + shipping gross = total;
 *   net + tax = total;  sum over the rates of net and of tax = net and tax. */
#ifndef KONTOR_SHOP_TOTALS_H
#define KONTOR_SHOP_TOTALS_H

#include "base/money.h"
#include "shop/tax.h"

struct totals_line {
	/* given */
	int64_t unit_minor; /* as in the catalogue, >= 0 */
	int qty;	    /* >= 1 */
	enum tax_class tax_class;
	bool ships; /* takes its share of the shipping price's tax */
	/* computed */
	int32_t rate_bp;
	int64_t shown_minor; /* unit price * quantity: with tax or without, as prices are shown */
	struct tax_split is;
};

struct totals_rate {
	int32_t rate_bp;
	int64_t net_minor, tax_minor; /* goods and shipping */
	struct tax_split shipping;    /* its part of them */
};

struct totals {
	currency cur;
	bool tax_included;
	int64_t items_minor;	/* lines as shown */
	int64_t shipping_minor; /* as shown */
	struct tax_split shipping;
	int64_t net_minor, tax_minor, total_minor;
	struct totals_rate rates[TAX__MAX]; /* highest rate first */
	size_t n_rates;
};

struct totals_rules {
	currency cur;
	bool tax_included;
	struct tax_rates rates;
	int64_t shipping_minor; /* as prices are shown: with tax or without */
};

/* Fills the computed part of the lines, and *t. ERR_LIMIT when an amount does not fit. */
MUST_USE bool totals_compute(
    struct totals *t, const struct totals_rules *, struct totals_line *lines, size_t n, struct err *);

/* Divides `whole` >= 0 in proportion to the weights >= 0 so that the parts add up; all to the first when no weight is
 * above 0. ERR_LIMIT when the weights' sum does not fit. */
MUST_USE bool totals_divide(int64_t whole, const int64_t *weights, int64_t *parts, size_t n, struct err *);

#endif
