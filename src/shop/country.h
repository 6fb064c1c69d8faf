/* country.h - the countries, with their tax zones and rates.
 *
 * The table is country.def. A country is an index into it; COUNTRY_NONE is no country. */
#ifndef KONTOR_SHOP_COUNTRY_H
#define KONTOR_SHOP_COUNTRY_H

#include "base/str.h"

enum country_zone { COUNTRY_EU, COUNTRY_WORLD };

enum country {
	COUNTRY_NONE,
#define COUNTRY(code, zone, standard_bp, reduced_bp) COUNTRY_##code,
#include "shop/country.def"
#undef COUNTRY
	COUNTRY__MAX
};

struct country_info {
	const char *code; /* ISO 3166-1 alpha-2; "" for COUNTRY_NONE */
	enum country_zone zone;
	int32_t standard_bp, reduced_bp;
};

const struct country_info *country_info(enum country);

/* Finds a country by code, in either case. False when it is not in the table. */
MUST_USE bool country_find(struct str code, enum country *out);

#endif
