/* tax.h - the tax part of a price.
 *
 * Goods have a tax class; countries have rates in basis points. By a setting, prices include tax (as required for
 * consumers in the EU) or exclude it. Tax is computed per line and rounded half away from zero; sums are not rounded.
 *
 * The rates are those of the shop's country. If the shop uses the EU's one-stop shop (OSS), they are those of the
 * destination. Exports out of the EU's VAT area are not taxed. A price that includes tax is the same for all
 * destinations; only its tax part changes. */
#ifndef KONTOR_SHOP_TAX_H
#define KONTOR_SHOP_TAX_H

#include "base/err.h"
#include "shop/country.h"

enum tax_class { TAX_STANDARD, TAX_REDUCED, TAX_ZERO, TAX__MAX };

struct tax_rules {
	enum country origin;	/* the shop's country */
	bool included;		/* prices in the catalogue include tax */
	bool one_stop;		/* OSS: inside the EU, the destination's rates apply */
};

struct tax_rates {
	int32_t bp[TAX__MAX];
};

const char *tax_class_name(enum tax_class); /* "standard" */
MUST_USE bool tax_class_find(struct str name, enum tax_class *out);

/* The rates of goods sent to a country and postcode, which decide the tax territory (territory.h). COUNTRY_NONE (not
 * known yet, or pick-up) gives the shop's own rates. */
struct tax_rates tax_rates_for(const struct tax_rules *, enum country to, struct str postcode);

/* Splits an amount at a rate: shown -> net + tax = gross. */
struct tax_split {
	int64_t net_minor, tax_minor, gross_minor;
};
MUST_USE bool tax_split(int64_t shown_minor, int32_t rate_bp, bool included, struct tax_split *, struct err *);

#endif
