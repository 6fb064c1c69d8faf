#include "shop/country.h"

#include <strings.h>

#include "base/err.h"

#define CODE_B 2

/* Sorted by code. */
static const struct country_info infos[COUNTRY__MAX] = {
    [COUNTRY_NONE] = {"", COUNTRY_WORLD, 0, 0},
#define COUNTRY(code, zone, standard_bp, reduced_bp)                                                                   \
	[COUNTRY_##code] = {#code, COUNTRY_##zone, standard_bp, reduced_bp},
#include "shop/country.def"
#undef COUNTRY
};

const struct country_info *
country_info(enum country c)
{
	ASSERT(c < COUNTRY__MAX);
	return &infos[c];
}

bool
country_find(struct str code, enum country *out)
{
	int low = COUNTRY_NONE + 1, high = COUNTRY__MAX - 1;

	while (code.n == CODE_B && low <= high) {
		int middle = low + (high - low) / 2, c = strncasecmp(code.p, infos[middle].code, CODE_B);

		if (c == 0) {
			*out = (enum country)middle;
			return true;
		}
		if (c < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return false;
}
