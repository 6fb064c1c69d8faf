/* country_names - writes the names of the countries in each language of the shop, and their order there, from the CLDR
 * of the installed ICU. Runs while Kontor is built, so that no program of a shop needs ICU. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/uldnames.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#define NAME_MAX 128
#define KEY_MAX_B 1024

static const char *const countries[] = {
#define COUNTRY(code, zone, standard_bp, reduced_bp) #code,
#include "shop/country.def"
#undef COUNTRY
};

static const char *const tags[] = {
#define LANG(tag, ...) tag,
#include "view/lang.def"
#undef LANG
};

#define COUNTRIES (sizeof(countries) / sizeof(countries[0]))

struct named {
	size_t country;
	char text[NAME_MAX * 3];
	uint8_t key[KEY_MAX_B];
};

/* Names that are right for the readers of a language, where CLDR has another. */
static const struct {
	const char *tag, *code, *name;
} customary[] = {
    {"zh-Hans", "HK", "中国香港"},
    {"zh-Hans", "MO", "中国澳门"},
    {"zh-Hans", "TW", "中国台湾"},
};

static const char *
customary_name(const char *tag, const char *code)
{
	for (size_t i = 0; i < sizeof(customary) / sizeof(customary[0]); i++)
		if (strcmp(tag, customary[i].tag) == 0 && strcmp(code, customary[i].code) == 0)
			return customary[i].name;
	return NULL;
}

static void
check(UErrorCode status, const char *what)
{
	if (U_FAILURE(status)) {
		fprintf(stderr, "country_names: %s: %s\n", what, u_errorName(status));
		exit(1);
	}
}

/* CLDR's full names of these two are those of the administration: Hong Kong SAR China. */
static bool
is_brief(const char *code)
{
	return strcmp(code, "HK") == 0 || strcmp(code, "MO") == 0;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp((const char *)((const struct named *)a)->key, (const char *)((const struct named *)b)->key);
}

static void
name_all(const char *tag, const char *locale, struct named named[COUNTRIES])
{
	UDisplayContext full[] = {UDISPCTX_LENGTH_FULL}, brief[] = {UDISPCTX_LENGTH_SHORT};
	UErrorCode status = U_ZERO_ERROR;
	ULocaleDisplayNames *names[] = {uldn_openForContext(locale, full, 1, &status),
	    uldn_openForContext(locale, brief, 1, &status)};
	UCollator *order = ucol_open(locale, &status);

	check(status, locale);
	for (size_t i = 0; i < COUNTRIES; i++) {
		const char *code = countries[i];
		UChar text[NAME_MAX];
		const char *known = customary_name(tag, code);
		int32_t n = 0;

		if (known != NULL)
			u_strFromUTF8(text, NAME_MAX, &n, known, -1, &status);
		else
			n = uldn_regionDisplayName(names[is_brief(code)], code, text, NAME_MAX, &status);
		named[i].country = i;
		u_strToUTF8(named[i].text, sizeof(named[i].text), NULL, text, n, &status);
		check(status, code);
		if (strcmp(named[i].text, code) == 0 || ucol_getSortKey(order, text, n, named[i].key, KEY_MAX_B) > KEY_MAX_B) {
			fprintf(stderr, "country_names: %s has no name of %s\n", locale, code);
			exit(1);
		}
	}
	ucol_close(order);
	uldn_close(names[0]);
	uldn_close(names[1]);
}

int
main(void)
{
	static struct named named[COUNTRIES];

	for (size_t l = 0; l < sizeof(tags) / sizeof(tags[0]); l++) {
		UErrorCode status = U_ZERO_ERROR;
		char locale[64];

		uloc_forLanguageTag(tags[l], locale, sizeof(locale), NULL, &status);
		check(status, tags[l]);
		name_all(tags[l], locale, named);
		printf("{\"%s\", {", tags[l]);
		for (size_t i = 0; i < COUNTRIES; i++)
			printf("\n[COUNTRY_%s] = \"%s\",", countries[i], named[i].text);
		qsort(named, COUNTRIES, sizeof(named[0]), by_key);
		printf("}, {");
		for (size_t i = 0; i < COUNTRIES; i++)
			printf("\nCOUNTRY_%s,", countries[named[i].country]);
		printf("}},\n");
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
