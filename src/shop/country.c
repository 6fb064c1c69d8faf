#include "shop/country.h"

#include "base/err.h"

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
	for (int i = COUNTRY_NONE + 1; i < COUNTRY__MAX; i++)
		if (str_eq_case(code, str_z(infos[i].code))) {
			*out = (enum country)i;
			return true;
		}
	return false;
}
