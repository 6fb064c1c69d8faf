#include "shop/country.h"

#include "base/err.h"

#define POSTCODE_MAX 16

static const struct country_info infos[COUNTRY__MAX] = {
    [COUNTRY_NONE] = {"", "", COUNTRY_WORLD, 0, 0, ""},
#define COUNTRY(code, name, zone, standard_bp, reduced_bp, postcodes)                                                  \
	[COUNTRY_##code] = {#code, name, COUNTRY_##zone, standard_bp, reduced_bp, postcodes},
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

bool
country_has_postcode(enum country c)
{
	return country_info(c)->postcodes[0] != '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
is_letter(char c)
{
	return upper(c) >= 'A' && upper(c) <= 'Z';
}

static bool
is_filler(char c)
{
	return c == ' ' || c == '-';
}

static bool
country_fits(char form, char typed)
{
	switch (form) {
	case 'd': return is_digit(typed);
	case 'a': return is_letter(typed);
	case '*': return is_digit(typed) || is_letter(typed);
	default: return form == upper(typed);
	}
}

/* Writes `typed` in the given form. False when it does not match the form. */
static bool
match(struct str form, struct str typed, char out[POSTCODE_MAX], size_t *out_n)
{
	size_t t = 0, n = 0;

	for (size_t f = 0; f < form.n; f++) {
		if (is_filler(form.p[f])) {
			out[n++] = form.p[f];
			continue;
		}
		while (t < typed.n && is_filler(typed.p[t]))
			t++;
		if (t == typed.n || !country_fits(form.p[f], typed.p[t]))
			return false;
		out[n++] = upper(typed.p[t++]);
	}
	while (t < typed.n && is_filler(typed.p[t]))
		t++;
	*out_n = n;
	return t == typed.n;
}

bool
country_postcode(struct arena *a, enum country c, struct str typed, struct str *out)
{
	struct str rest = str_z(country_info(c)->postcodes), form;
	char written[POSTCODE_MAX];
	size_t n;

	typed = str_trim(typed);
	if (!country_has_postcode(c)) {
		*out = str_dup(a, typed);
		return true;
	}
	while (str_cut(&rest, '|', &form)) {
		ASSERT(form.n <= POSTCODE_MAX);
		if (match(form, typed, written, &n)) {
			*out = str_dup(a, str_n(written, n));
			return true;
		}
	}
	return false;
}
