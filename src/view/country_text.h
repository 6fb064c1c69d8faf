/* country_text.h - the names of the countries in each language, and their order in its alphabet.
 *
 * From CLDR, by po/country_names.c when Kontor is built. */
#ifndef KONTOR_VIEW_COUNTRY_TEXT_H
#define KONTOR_VIEW_COUNTRY_TEXT_H

#include "shop/country.h"
#include "view/lang.h"

struct country_texts {
	const char *tag;
	const char *name[COUNTRY__MAX];
	uint8_t sorted[COUNTRY__MAX - 1]; /* enum country, as a reader looks for them */
};

/* Every language that a shop can have is there. */
const struct country_texts *country_texts(const struct lang *);

#endif
