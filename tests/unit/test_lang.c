#include <string.h>

#include "unit.h"
#include "view/lang.h"

static struct arena a;
static struct err e;
static struct langs langs;

static void
start(void)
{
	const struct str tags[] = {STR("en"), STR("de"), STR("zh-hans"), STR("ar")};

	arena_init(&a, 4 << 20);
	e = (struct err){0};
	ck_ok(langs_init(&a, tags, ARRAY_LEN(tags), &langs, &e), &e);
}

START_TEST(languages_are_known_by_tag_and_found_by_path)
{
	const struct str unknown[] = {STR("en"), STR("tlh")}, twice[] = {STR("de"), STR("DE")};

	start();
	ck_str(langs.lang[2].tag, "zh-Hans");
	ck_str(langs.lang[2].path, "zh-hans");
	ck_str(langs.lang[3].dir, "rtl");
	ck_assert_ptr_eq(lang_find(&langs, STR("zh-hans")), &langs.lang[2]);
	ck_assert_ptr_null(lang_find(&langs, STR("zh-Hans")));
	ck_assert(!langs_init(&a, unknown, 2, &langs, &e));
	ck_assert_str_eq(e.msg, "language 'tlh' is not known");
	err_clear(&e);
	ck_assert(!langs_init(&a, twice, 2, &langs, &e));
	ck_assert_str_eq(e.msg, "language 'de' is listed twice");
	arena_fini(&a);
}
END_TEST

START_TEST(a_tag_in_any_spelling_names_the_language_that_the_shop_has)
{
	static const struct {
		const char *tag, *lang;
	} all[] = {{"EN", "en"}, {"en-GB", "en"}, {"en_US", "en"}, {"de-AT", "de"},
	    {"DE-ch-1996", "de"}, {"zh-Hans", "zh-Hans"}, {"zh", "zh-Hans"}, {"zh_CN", "zh-Hans"},
	    {"zh-Hans-SG", "zh-Hans"},
	    {"zh-TW", "zh-Hans"}, {"fr", NULL}, {"deu", NULL}, {"d", NULL}, {"den", NULL}, {"", NULL}, {"de-", NULL},
	    {"-de", NULL}, {"de--AT", NULL}, {"de-AT;q=1", NULL}, {"d3", NULL}, {"english", NULL},
	    {"de-austriaca", NULL},
	    {"de-AT-AT-AT-AT-AT-AT-AT-AT-AT-AT-AT-AT-AT", NULL}};
	const struct str tags[] = {STR("en"), STR("de"), STR("zh-Hans")};

	arena_init(&a, 4 << 20);
	ck_ok(langs_init(&a, tags, 3, &langs, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const struct lang *l = lang_near(&langs, &a, str_z(all[i].tag));

		ck_assert_msg((l == NULL) == (all[i].lang == NULL), "%s", all[i].tag);
		if (l != NULL)
			ck_str(l->tag, all[i].lang);
	}
	arena_fini(&a);
}
END_TEST

START_TEST(negotiation_takes_the_best_weight_then_the_closest)
{
	static const struct {
		const char *header, *tag;
	} cases[] = {
	    {"", "en"},
	    {"*", "en"},
	    {"fr", "en"},
	    {"de", "de"},
	    {"de-AT,de;q=0.9,en;q=0.8", "de"},
	    {"en;q=0.5, DE;q=0.7", "de"},
	    {"de;q=0, en;q=0.1", "en"},
	    {"zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"},
	    {"zh-TW", "zh-Hans"},
	    {"zh", "zh-Hans"},
	    {"fr;q=1, ar-EG;q=0.2", "ar"},
	    {"de;q=nonsense, ar;q=0.1", "ar"},
	    {",,;;q=1,-,de-,", "de"},
	    {"ende", "en"},
	};

	start();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(
		    str_eq_z(lang_negotiate(&langs, str_z(cases[i].header))->tag, cases[i].tag), "%s", cases[i].header);
	arena_fini(&a);
}
END_TEST

static void
check_forms(const char *rule, const char *forms)
{
	struct plural p;

	ck_ok(plural_parse(str_z(rule), &p, &e), &e);
	for (int64_t n = 0; forms[n] != '\0'; n++)
		ck_assert_msg(plural_form(&p, n) == (unsigned)(forms[n] - '0'), "%s: %d", rule, (int)n);
}

START_TEST(plural_rules_of_gettext_are_understood)
{
	check_forms("nplurals=2; plural=n != 1;", "1011");
	check_forms("nplurals=1; plural=0;", "0000");
	check_forms("nplurals=2; plural=(n > 1)", "0011");
	check_forms(
	    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
	    "0123333333344");
	check_forms(
	    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
	    "20111222222222222222201112");
	check_forms("nplurals=2; plural=!(n == 1 || n == 3) && 2 + 3 * 2 == 8 - 0 / 1;", "10101");
	check_forms("nplurals=3; plural=n / 0 + n % 0 + 7;", "2222"); /* capped at the last form */
}
END_TEST

START_TEST(plural_rules_that_make_no_sense_are_refused)
{
	static const char *const bad[] = {"", "nplurals=2;", "nplurals=0; plural=0;", "nplurals=9; plural=0;",
	    "nplurals=2; plural=n !=;", "nplurals=2; plural=(n;", "nplurals=2; plural=n n", "nplurals=2; plural=m > 1;",
	    "nplurals=2; plural=n ? 1;", "nplurals=2; plural=99999999999;", "nplurals=x; plural=0;"};
	struct plural p;
	struct buf b;

	start();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(!plural_parse(str_z(bad[i]), &p, &e), "%s", bad[i]);
		err_clear(&e);
	}
	buf_init(&b, &a, 1 << 16);
	buf_put(&b, STR("nplurals=2; plural="));
	for (int i = 0; i < 10000; i++)
		buf_put(&b, STR("(!"));
	ck_assert(!plural_parse(buf_str(&b), &p, &e));
	err_clear(&e);
	buf_init(&b, &a, 1 << 16);
	buf_put(&b, STR("nplurals=2; plural=n"));
	for (int i = 0; i < 1000; i++)
		buf_put(&b, STR("+n"));
	ck_assert(!plural_parse(buf_str(&b), &p, &e));
	arena_fini(&a);
}
END_TEST

/* "a" -> "A", and a header. */
static const char mo[] = "\xde\x12\x04\x95\0\0\0\0\x02\0\0\0\x1c\0\0\0\x2c\0\0\0\0\0\0\0\0\0\0\0"
			 "\0\0\0\0\x3c\0\0\0\x01\0\0\0\x3d\0\0\0"
			 "\x23\0\0\0\x3f\0\0\0\x01\0\0\0\x63\0\0\0"
			 "\0a\0Plural-Forms: nplurals=1; plural=0;\0A";

START_TEST(a_catalogue_finds_its_texts_only)
{
	struct messages c;
	struct str text;

	ck_ok(messages_open(str_n(mo, sizeof(mo) - 1), &c, &e), &e);
	ck_assert(messages_find(&c, STR("a"), &text));
	ck_str(text, "A");
	ck_assert(!messages_find(&c, STR("b"), &text) && !messages_find(&c, STR("A"), &text));
	ck_assert_uint_eq(c.plural.forms, 1);
}
END_TEST

START_TEST(a_cut_or_changed_catalogue_is_never_read_outside)
{
	struct messages c;
	struct str text;
	unsigned found = 0;
	char *copy;

	arena_init(&a, 4 << 20);
	for (size_t n = 0; n < sizeof(mo) - 1; n++) {
		copy = arena_alloc(&a, n);
		memcpy(copy, mo, n);
		if (messages_open(str_n(copy, n), &c, &e))
			found += messages_find(&c, STR("a"), &text);
		err_clear(&e);
		arena_reset(&a);
	}
	for (size_t i = 0; i < (sizeof(mo) - 1) * 8; i++) {
		copy = arena_alloc(&a, sizeof(mo) - 1);
		memcpy(copy, mo, sizeof(mo) - 1);
		copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
		if (messages_open(str_n(copy, sizeof(mo) - 1), &c, &e))
			found += messages_find(&c, STR("a"), &text);
		err_clear(&e);
		arena_reset(&a);
	}
	ck_assert_uint_gt(found, 0);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("lang", languages_are_known_by_tag_and_found_by_path,
    a_tag_in_any_spelling_names_the_language_that_the_shop_has, negotiation_takes_the_best_weight_then_the_closest,
    plural_rules_of_gettext_are_understood, plural_rules_that_make_no_sense_are_refused,
    a_catalogue_finds_its_texts_only, a_cut_or_changed_catalogue_is_never_read_outside)
