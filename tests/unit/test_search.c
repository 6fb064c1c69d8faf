#include "plat/text/fold.h"
#include "shop/search.h"
#include "unit.h"

#include "base/buf.h"

static struct arena a;

static struct str
fold(const char *z, enum fold_how how)
{
	struct err e = {0};
	struct str out;

	ck_ok(fold_text(&a, str_z(z), how, &out, &e), &e);
	return out;
}

static struct str
tokens(const char *z)
{
	struct search_tokens t;
	struct buf b;

	search_tokens_init(&t, &a, 100);
	search_add(&t, fold(z, FOLD_PLAIN));
	buf_init(&b, &a, 10000);
	for (size_t i = 0; i < t.n; i++) {
		buf_z(&b, i == 0 ? "" : " ");
		buf_put(&b, t.token[i].text);
	}
	return buf_str(&b);
}

START_TEST(fold_makes_case_form_and_accents_equal)
{
	arena_init(&a, 16 << 20);
	ck_str(fold("H\xc3\x84NDLER Stra\xc3\x9f" "e", FOLD_PLAIN), "handler strasse");
	ck_str(fold("H\xc3\x84NDLER \xc3\xbc" "ber \xc3\xb6l", FOLD_GERMAN), "haendler ueber oel");
	ck_str(fold("Caf\xc3\xa9 \xef\xbc\xa1\xef\xbc\x91", FOLD_PLAIN), "cafe a1");
	ck_str(fold("\xc5\x81\xc3\xb3" "d\xc5\xba", FOLD_PLAIN), "lodz");
	ck_str(fold("\xe3\x82\xac\xef\xbd\xb6\xef\xbe\x9e", FOLD_PLAIN), "\xe3\x82\xac\xe3\x82\xac");
	ck_str(fold("\xed\x95\x9c", FOLD_PLAIN), "\xed\x95\x9c");
	ck_str(fold("", FOLD_PLAIN), "");
	arena_fini(&a);
}
END_TEST

START_TEST(fold_keeps_thai_vowels_and_drops_hebrew_points)
{
	arena_init(&a, 16 << 20);
	ck_str(fold("\xe0\xb8\x97\xe0\xb8\xb5\xe0\xb9\x88", FOLD_PLAIN), "\xe0\xb8\x97\xe0\xb8\xb5\xe0\xb9\x88");
	ck_str(fold("\xd7\xa9\xd7\x81\xd6\xb8", FOLD_PLAIN), "\xd7\xa9");
	arena_fini(&a);
}
END_TEST

START_TEST(search_cuts_words_and_bigrams)
{
	arena_init(&a, 16 << 20);
	ck_str(tokens("Green tea, 250 g (first flush)"), "green tea 250 g first flush");
	ck_str(tokens("l'\xc3\xa9t\xc3\xa9 rock'n'roll '"), "lete rocknroll");
	ck_str(tokens("\xe7\xbb\xbf\xe8\x8c\xb6\xe5\x8f\xb6"), "\xe7\xbb\xbf\xe8\x8c\xb6 \xe8\x8c\xb6\xe5\x8f\xb6");
	ck_str(tokens("\xe8\x8c\xb6"), "\xe8\x8c\xb6");
	ck_str(tokens("Tea\xe8\x8c\xb6 tea TEA"), "tea \xe8\x8c\xb6");
	ck_str(tokens("... --- \xe3\x80\x82"), "");
	arena_fini(&a);
}
END_TEST

START_TEST(search_code_is_found_whole_in_parts_and_joined)
{
	struct search_tokens t;

	arena_init(&a, 16 << 20);
	search_tokens_init(&t, &a, 10);
	search_add_code(&t, STR("fr-r92b-58"));
	ck_assert_uint_eq(t.n, 5);
	ck_str(t.token[0].text, "fr-r92b-58");
	ck_str(t.token[1].text, "frr92b58");
	ck_str(t.token[4].text, "58");
	arena_fini(&a);
}
END_TEST

START_TEST(search_has_a_token_once_and_stops_at_its_maximum)
{
	struct search_tokens t;

	arena_init(&a, 16 << 20);
	search_tokens_init(&t, &a, 2);
	search_add(&t, STR("tea tea tea"));
	search_add(&t, STR("tea cup pot"));
	ck_assert_uint_eq(t.n, 2);
	ck_assert_ptr_eq(search_find(&t, STR("cup")), &t.token[1]);
	ck_assert_ptr_null(search_find(&t, STR("pot")));
	search_tokens_reset(&t, &a);
	ck_assert_ptr_null(search_find(&t, STR("cup")));
	arena_fini(&a);
}
END_TEST

START_TEST(search_has_no_token_with_a_blank_in_it)
{
	struct search_tokens t;

	arena_init(&a, 16 << 20);
	search_tokens_init(&t, &a, 10);
	search_add_code(&t, STR(" ab 12\tx "));
	ck_assert_uint_eq(t.n, 4);
	ck_str(t.token[0].text, "ab12x");
	ck_str(t.token[3].text, "x");
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("search", fold_makes_case_form_and_accents_equal, fold_keeps_thai_vowels_and_drops_hebrew_points,
    search_cuts_words_and_bigrams, search_code_is_found_whole_in_parts_and_joined,
    search_has_a_token_once_and_stops_at_its_maximum, search_has_no_token_with_a_blank_in_it)
