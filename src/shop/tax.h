/* tax.h - what part of a price is tax.
 *
 * Goods carry a class, countries carry rates in basis points. Prices are inclusive (as consumers in the EU must be
 * shown) or exclusive by setting. Tax is computed per line and rounded half away from zero, nowhere else.
 *
 * Whose rates: the shop's own country, or the destination's inside the EU for a shop that has registered for it
 * (one-stop shop); none beyond, as an export. A price that includes tax stays the same for all destinations: what
 * changes is the part of it that is tax. */
#ifndef KONTOR_SHOP_TAX_H
#define KONTOR_SHOP_TAX_H

#include "base/err.h"
#include "shop/country.h"

enum tax_class { TAX_STANDARD, TAX_REDUCED, TAX_ZERO, TAX__MAX };

struct tax_rules {
	enum country origin;	/* where the shop is */
	bool included;		/* prices in the catalogue include tax */
	bool one_stop;		/* the destination's rates inside the EU */
};

struct tax_rates {
	int32_t bp[TAX__MAX];
};

const char *tax_class_name(enum tax_class); /* "standard" */
MUST_USE bool tax_class_find(struct str name, enum tax_class *out);

/* The rates of goods that go to `to`; COUNTRY_NONE (not known yet, or collected): the shop's own. */
struct tax_rates tax_rates_for(const struct tax_rules *, enum country to);

/* Splits an amount at a rate: shown -> net + tax = gross. */
struct tax_split {
	int64_t net_minor, tax_minor, gross_minor;
};
MUST_USE bool tax_split(int64_t shown_minor, int32_t rate_bp, bool included, struct tax_split *, struct err *);

#endif
