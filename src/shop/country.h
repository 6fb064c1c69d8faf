/* country.h - the countries of addresses, and the forms of their postcodes.
 *
 * The table is country.def. A country is an index into it; COUNTRY_NONE is no country. */
#ifndef KONTOR_SHOP_COUNTRY_H
#define KONTOR_SHOP_COUNTRY_H

#include "base/str.h"

enum country_zone { COUNTRY_EU, COUNTRY_WORLD };

enum country {
	COUNTRY_NONE,
#define COUNTRY(code, name, zone, standard_bp, reduced_bp, postcodes) COUNTRY_##code,
#include "shop/country.def"
#undef COUNTRY
	COUNTRY__MAX
};

struct country_info {
	const char *code; /* ISO 3166-1 alpha-2; "" for COUNTRY_NONE */
	const char *name; /* English name, the msgid of its translations */
	enum country_zone zone;
	int32_t standard_bp, reduced_bp;
	const char *postcodes;
};

const struct country_info *country_info(enum country);

/* Finds a country by code, in either case. False when it is not in the table. */
MUST_USE bool country_find(struct str code, enum country *out);

/* The postcode in the country's form ("1012ab" in NL gives "1012 AB"), on the arena. False when `typed` matches none of
 * the forms. If the country has no forms, `typed` is only trimmed. */
MUST_USE bool country_postcode(struct arena *, enum country, struct str typed, struct str *out);

/* True when an address in the country needs a postcode. */
bool country_has_postcode(enum country);

#endif
