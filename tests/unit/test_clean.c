#include "base/utf8.h"
#include "plat/text/clean.h"
#include "plat/text/domain.h"
#include "unit.h"

static struct arena a;

static void
begin(void)
{
	arena_init(&a, 4 << 20);
}

static void
end(void)
{
	arena_fini(&a);
}

struct pair {
	const char *typed, *want;
};

static void
ck_all(struct str (*clean)(struct arena *, struct str), const struct pair *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str got = clean(&a, str_z(v[i].typed));

		ck_assert_msg(str_eq_z(got, v[i].want), "%zu: '%s' became '%.*s', not '%s'", i, v[i].typed,
		    STR_ARG(got), v[i].want);
		ck_assert_msg(str_eq(clean(&a, got), got), "%zu: cleaning twice changes '%.*s'", i, STR_ARG(got));
	}
}
#define CK_ALL(clean, ...)                                                                                             \
	do {                                                                                                           \
		static const struct pair all_[] = {__VA_ARGS__};                                                       \
		ck_all(clean, all_, ARRAY_LEN(all_));                                                                  \
	} while (0)

START_TEST(codes_are_read_from_the_keyboards_of_all_scripts)
{
	CK_ALL(clean_code, {"20457", "20457"}, {"１００－０００１", "100-0001"}, {"〒100-0001", "100-0001"},
	    {"〒　100−0001", "100-0001"}, {"100ー0001", "100-0001"}, {"100–0001", "100-0001"}, {"100—0001", "100-0001"},
	    {"100‐0001", "100-0001"}, {"100‑0001", "100-0001"}, {"100─0001", "100-0001"}, {"100一0001", "100-0001"},
	    {"١٢٣٤٥", "12345"}, {"۱۲۳۴۵۶۷۸۹۰", "1234567890"}, {"११०००१", "110001"}, {"১২০৫", "1205"},
	    {"๑๐๑๑๐", "10110"}, {"ＳＷ１Ａ　１ＡＡ", "SW1A 1AA"}, {"𝟐𝟎𝟒𝟓𝟕", "20457"}, {"②0457", "20457"},
	    {"コーヒー", "コーヒー"});
}
END_TEST

START_TEST(codes_lose_what_nobody_sees)
{
	CK_ALL(clean_code, {"\u202a+49 40 1234567\u202c", "+49 40 1234567"}, {"20457\u200b", "20457"},
	    {"\ufeff20457", "20457"}, {"204\u00ad57", "20457"}, {"20\u2060457", "20457"}, {"20457\u200e", "20457"},
	    {"\u206620457\u2069", "20457"}, {"20\u200c457", "20457"}, {"20\u200d457", "20457"},
	    {"20457\ufe0f", "20457"}, {"\u061c20457", "20457"}, {"20457\u3164", "20457"}, {"20\u00a0457", "20 457"},
	    {"20\u2009457", "20 457"},
	    {"\x01"
	     "20457\x7f",
		"20457"},
	    {"20457\xc2\x85", "20457"}, {"\u280020457", "20457"}, {"20457\U000e0041", "20457"},
	    {" \t20457\r\n", "20457"}, {"", ""}, {"\u200b", ""});
}
END_TEST

START_TEST(names_keep_their_letters_and_joiners)
{
	CK_ALL(clean_line, {"Große Straße 1", "Große Straße 1"}, {"Zoe\u0308 Mu\u0308ller", "Zoë Müller"},
	    {"Ａｄａ", "Ａｄａ"}, {"ﬁsher", "ﬁsher"}, {"№ 5", "№ 5"}, {"می\u200cخواهم", "می\u200cخواهم"},
	    {"ක්\u200dරිෂ්", "ක්\u200dරිෂ්"}, {"葛\U000e0100城市", "葛\U000e0100城市"}, {"👩\u200d🚀", "👩\u200d🚀"},
	    {"Ada\u200d", "Ada"}, {"\u200cAda", "Ada"}, {"Ada \u200cLovelace", "Ada Lovelace"},
	    {"Ada\u200c Lovelace", "Ada Lovelace"}, {"\ufe0fAda", "Ada"}, {"O\u2019Brien", "O\u2019Brien"});
}
END_TEST

START_TEST(names_are_one_line_without_controls)
{
	CK_ALL(clean_line, {"Ada\nLovelace", "Ada Lovelace"}, {"Ada\vLovelace", "Ada Lovelace"},
	    {"Ada\u2028Lovelace", "Ada Lovelace"},
	    {"A\x01"
	     "da",
		"Ada"},
	    {"\u202eadA", "adA"}, {"Ada\u00a0 \u3000L", "Ada L"}, {"A\u00addele", "Adele"}, {"Ada\t\tL", "Ada L"},
	    {"Ada\x1b[31m", "Ada[31m"}, {"\ufeffAda\u200b", "Ada"},
	    {"a\x7f\xc2\x80\xc2\x9f"
	     "b",
		"ab"});
	ck_str(clean_line(&a, str_n("A\0da", 4)), "Ada");
}
END_TEST

START_TEST(messages_have_each_line_end_once)
{
	CK_ALL(clean_text, {"one\r\ntwo", "one\ntwo"}, {"one\rtwo\nthree", "one\ntwo\nthree"},
	    {"one\r\n\r\ntwo", "one\n\ntwo"}, {"ring\vtwice", "ring\ntwice"}, {"page\fbreak", "page\nbreak"},
	    {"one\u2028two\u2029three", "one\ntwo\nthree"}, {"one\xc2\x85two", "one\ntwo"}, {"a\tb", "a b"},
	    {"a  b", "a  b"},
	    {"a\x08\x1b"
	     "b",
		"ab"},
	    {"\r\n a \r\n", "a"}, {"cafe\u0301", "café"});
}
END_TEST

/* Some texts are longer in NFC: the nukta letters of Hindi, points of Hebrew, a half note. */
START_TEST(cleaning_never_passes_the_length_that_the_browser_counted)
{
	static const char *const longer[] = {"\u0958\u0959", "\ufb2a", "\U0001d15e", "\u0344", "\u2adc"};

	for (size_t i = 0; i < ARRAY_LEN(longer); i++) {
		ck_assert_uint_le(utf8_len(clean_text(&a, str_z(longer[i]))), utf8_len(str_z(longer[i])));
		ck_assert_uint_le(utf8_len(clean_line(&a, str_z(longer[i]))), utf8_len(str_z(longer[i])));
	}
}
END_TEST

START_TEST(search_words_are_brought_into_one_form)
{
	CK_ALL(clean_words, {"ＴＥＡ", "TEA"}, {"te\u00ada", "tea"}, {"tea\ncup", "tea cup"}, {"コーヒー", "コーヒー"},
	    {"ｺｰﾋｰ", "コーヒー"}, {"\u200btea\u2060", "tea"}, {"Ⅷ", "VIII"});
}
END_TEST

START_TEST(telephone_numbers_that_cannot_be_read_stay_as_they_were_typed)
{
	CK_ALL(clean_phone, {"+49 (40) 123-456", "+49 (40) 123-456"}, {"＋８１　３−１２３４", "+81 3-1234"},
	    {"tel:+4940123", "+4940123"}, {"٠١٢٣٤", "01234"}, {"\u202a0171/123\u202c", "0171/123"},
	    {"0171 1234 (after 6 pm)", "0171 1234 (after 6 pm)"}, {"call me", "call me"}, {"内線１２", "内線１２"},
	    {"040\u20131234 ext. 5", "040\u20131234 ext. 5"}, {"none\x01", "none"});
}
END_TEST

START_TEST(mail_addresses_come_out_of_their_wrappings)
{
	CK_ALL(clean_mail, {"ada@example.org", "ada@example.org"}, {"ada@example.org\u200b", "ada@example.org"},
	    {"ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"}, {"mailto:ada@example.org", "ada@example.org"},
	    {"MAILTO:ada@example.org?subject=x", "ada@example.org"}, {"Ada L <ada@example.org>", "ada@example.org"},
	    {"<mailto:ada@example.org>", "ada@example.org"}, {"ada@example.org.", "ada@example.org"},
	    {"ada@example.org,", "ada@example.org"}, {"ada @ example.org", "ada@example.org"},
	    {"o\u2019brien@example.org", "o'brien@example.org"}, {"ada\u2011l@example.org", "ada-l@example.org"},
	    {"a b@example.org", "a b@example.org"}, {"a@b@c.org", "a@b@c.org"}, {"no mail", "no mail"}, {"@", "@"},
	    {"a@", "a@"}, {"<>", ""});
}
END_TEST

START_TEST(mail_addresses_may_have_a_domain_in_any_script)
{
	CK_ALL(clean_mail, {"ada@bücher.example", "ada@xn--bcher-kva.example"},
	    {"ada@BÜCHER.example", "ada@xn--bcher-kva.example"},
	    {"ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"},
	    {"ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"}, {"ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"},
	    {"ada@почта.рф", "ada@xn--80a1acny.xn--p1ai"}, {"ada@faß.example", "ada@xn--fa-hia.example"},
	    {"ada@उदाहरण.भारत", "ada@xn--p1b6ci4b4b3a.xn--h2brj9c"}, {"ada@بريد.مصر", "ada@xn--ngbof4h.xn--wgbh1c"});
	ck_assert_int_ge(str_chr(clean_mail(&a, STR("ada@ü,b.example")), ','), 0); /* is refused later, not mended */
	ck_str(domain_shown(&a, STR("ada@xn--bcher-kva.example")), "ada@bücher.example");
	ck_str(domain_shown(&a, STR("ada@example.org")), "ada@example.org");
	ck_str(domain_shown(&a, STR("xn--bcher-kva")), "xn--bcher-kva");
	ck_str(domain_shown(&a, STR("ada@xn--\xff.example")), "ada@xn--\xff.example");
}
END_TEST

UNIT_MAIN_WITH(begin, end, "clean", codes_are_read_from_the_keyboards_of_all_scripts, codes_lose_what_nobody_sees,
    names_keep_their_letters_and_joiners, names_are_one_line_without_controls, messages_have_each_line_end_once,
    cleaning_never_passes_the_length_that_the_browser_counted, search_words_are_brought_into_one_form,
    telephone_numbers_that_cannot_be_read_stay_as_they_were_typed, mail_addresses_come_out_of_their_wrappings,
    mail_addresses_may_have_a_domain_in_any_script)
