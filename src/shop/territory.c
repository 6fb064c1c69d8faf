#include "shop/territory.h"

#include <string.h>

#define POSTCODE_MAX 16

static const struct {
	enum country country;
	const char *postcodes;
	struct territory tax;
} rows[] = {
#define TERRITORY(name, country, postcodes, state, zone, standard_bp, reduced_bp)                                      \
	{COUNTRY_##country, postcodes, {COUNTRY_##state, COUNTRY_##zone, standard_bp, reduced_bp}},
#include "shop/territory.def"
#undef TERRITORY
};

/* Copies the letters and digits, in upper case. */
static struct str
bare(struct str postcode, char out[POSTCODE_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < postcode.n && n < POSTCODE_MAX; i++) {
		char c = postcode.p[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
			out[n++] = c;
	}
	return str_n(out, n);
}

/* `part`: "35", or "6991-6993". */
static bool
begins_in(struct str postcode, struct str part)
{
	struct str last = part, first;

	if (str_cut(&last, '-', &first) && last.n == 0)
		last = first;
	return postcode.n >= first.n && memcmp(postcode.p, first.p, first.n) >= 0
	    && memcmp(postcode.p, last.p, last.n) <= 0;
}

static bool
postcode_in(struct str postcode, const char *postcodes)
{
	struct str rest = str_z(postcodes), part;

	while (str_cut(&rest, '|', &part))
		if (begins_in(postcode, part))
			return true;
	return false;
}

struct territory
territory_of(enum country c, struct str postcode)
{
	const struct country_info *info = country_info(c);
	char room[POSTCODE_MAX];
	struct str code = bare(postcode, room);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].country == c && postcode_in(code, rows[i].postcodes))
			return rows[i].tax;
	return (struct territory){c, info->zone, info->standard_bp, info->reduced_bp};
}
