/* country.h - the countries that an address may name, and what each one asks of a postcode.
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
	const char *name; /* English: the msgid of its translations */
	enum country_zone zone;
	int32_t standard_bp, reduced_bp;
	const char *postcodes;
};

const struct country_info *country_info(enum country);

/* By its code, in either case. False when the shop does not know it. */
MUST_USE bool country_find(struct str code, enum country *out);

/* The postcode as the country writes it ("1012ab" in NL gives "1012 AB"), on the arena. False when it is none of
 * the country's. What is typed for a country without rules is only trimmed. */
MUST_USE bool country_postcode(struct arena *, enum country, struct str typed, struct str *out);

/* Does an address there need a postcode at all? */
bool country_has_postcode(enum country);

#endif
