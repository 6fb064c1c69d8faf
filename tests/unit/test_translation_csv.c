#include <string.h>

#include "base/buf.h"
#include "plat/text/csv.h"
#include "import/translation_csv.h"
#include "unit.h"

static struct arena a;
static struct buf got;

static void
note(void *arg, const struct product_note *n)
{
	(void)arg;
	buf_fmt(&got, "%u:%u: %s: %s\n", n->line, n->col, n->column, n->why);
}

static const char *
read_table(const char *text)
{
	struct translation_csv t = {.own_lang = STR("en"), .note = note};
	struct translation row;
	struct csv_bad bad;
	struct err e = {0};
	struct cells cells;
	struct csv *c;

	arena_init(&a, 16 << 20);
	buf_init(&got, &a, 100000);
	buf_z(&got, "");
	ck_ok(csv_open_mem(&a, str_z(text), &c, &e), &e);
	ck_assert_int_eq(csv_next(c, &cells, &bad, &e), CSV_ROW);
	if (!translation_csv_open(&t, &cells, &e))
		return str_zdup(&a, str_z(e.msg));
	while (csv_next(c, &cells, &bad, &e) == CSV_ROW)
		if (translation_csv_row(&t, &a, &cells, &row))
			buf_fmt(&got, "= %s %.*s %.*s '%.*s' '%.*s'\n", translation_kind_name(row.kind),
			    STR_ARG(row.of), STR_ARG(row.lang), STR_ARG(row.title), STR_ARG(row.body_html));
	return str_zdup(&a, buf_str(&got));
}

#define ck_reads(text, z)                                                                                              \
	do {                                                                                                           \
		ck_assert_str_eq(read_table(text), (z));                                                               \
		arena_fini(&a);                                                                                        \
	} while (0)

START_TEST(translations_come_in_both_layouts)
{
	ck_reads("Handle,Language,Body\ntea,de,Tee\n", "= product tea de '' 'Tee'\n");
	ck_reads("Kind,Handle,Language,Title,Body\ncategory,Tea>Green,zh-hans,x,\nvalue,Size: Small,PT_br,Pequeno,\n",
	    "= category Tea > Green zh-Hans 'x' ''\n= value Size: Small pt-BR 'Pequeno' ''\n");
}
END_TEST

START_TEST(invalid_translations_are_reported)
{
	ck_reads("Handle,Title\n", "line 1: the column \"Language\" is missing");
	ck_reads("Handle,Language\n", "line 1: the header has no column \"Title\" or \"Body\"");
	ck_reads("Handle,Language,Body\ntea,en,Tea\n",
	    "2:5: Language: the shop's own language: these texts come with the products\n");
	ck_reads("Kind,Handle,Language,Title\noption,Size,en,Format\nvalue,Size: S,en,Small\nattribute,Origin,en,From\n"
		 "attribute_value,Origin: Japan,EN,Nippon\ncategory,Tea,en,Teas\n",
	    "2:13: Language: the shop's own language: these texts come with the products\n"
	    "3:15: Language: the shop's own language: these texts come with the products\n"
	    "4:18: Language: the shop's own language: these texts come with the products\n"
	    "5:31: Language: the shop's own language: these texts come with the products\n"
	    "= category Tea en 'Teas' ''\n");
	ck_reads("Handle,Language,Body\ntea,german,Tee\ntea,d,Tee\ntea,12,Tee\n,de,Tee\n",
	    "= product tea german '' 'Tee'\n3:5: Language: not a language tag such as de, zh-Hans or pt-BR\n"
	    "4:5: Language: not a language tag such as de, zh-Hans or pt-BR\n5:1: Handle: empty\n");
	ck_reads("Kind,Handle,Language,Title\nthing,x,de,y\noption,Size,de,\n",
	    "2:1: Kind: not one of product, category, option, value, attribute, attribute_value\n3:16: Title: empty\n");
}
END_TEST

START_TEST(language_tags_get_their_usual_case)
{
	static const struct {
		const char *in, *out;
	} tags[] = {{"DE", "de"}, {"zh-HANS", "zh-Hans"}, {"pt_br", "pt-BR"}, {"zh-hant-tw", "zh-Hant-TW"}, {"", NULL},
	    {"x", NULL}, {"de-", NULL}, {"de--x", NULL}, {"d\xc3\xa4", NULL}, {"de/x", NULL}, {"12", NULL},
	    {"averyverylongtagindeed", NULL}};
	struct str out;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		bool ok = translation_lang(&a, str_z(tags[i].in), &out);

		ck_assert_msg(ok == (tags[i].out != NULL), "%s", tags[i].in);
		if (ok)
			ck_str(out, tags[i].out);
	}
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("translation_csv", translations_come_in_both_layouts, invalid_translations_are_reported,
    language_tags_get_their_usual_case)
