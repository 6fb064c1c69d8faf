#include <string.h>

#include "plat/text/secret.h"
#include "unit.h"

START_TEST(secret_texts_are_read_back_only_in_canonical_form)
{
	struct arena a;
	struct err e = {0};
	uint8_t token[SECRET_TOKEN_B], back[SECRET_TOKEN_B];
	struct str text;

	ck_ok(secret_init(&e), &e);
	arena_init(&a, 1 << 20);
	for (int i = 0; i < 100; i++) {
		secret_random(token, sizeof(token));
		text = secret_base64url(&a, token, sizeof(token));
		ck_assert_uint_eq(text.n, SECRET_TOKEN_CHARS);
		ck_assert(secret_from_base64url(text, back, sizeof(back)));
		ck_assert_mem_eq(token, back, sizeof(back));
		ck_assert(secret_from_hex(secret_hex(&a, token, sizeof(token)), back, sizeof(back)));
		ck_assert_mem_eq(token, back, sizeof(back));
	}
	ck_assert(!secret_from_base64url(str_head(text, 21), back, sizeof(back)));
	ck_assert(!secret_from_base64url(str_fmt(&a, "%.*sA", STR_ARG(text)), back, sizeof(back)));
	ck_assert(!secret_from_base64url(STR("AAAAAAAAAAAAAAAAAAAAAB"), back, sizeof(back)));
	ck_assert(!secret_from_base64url(STR("AAAAAAAAAAAAAAAAAAAA+A"), back, sizeof(back)));
	ck_assert(!secret_from_base64url(STR("AAAAAAAAA\xdc" "AAAAAAAAAAAA"), back, sizeof(back)));
	ck_assert(!secret_from_base64url(STR_NONE, back, sizeof(back)));
	ck_assert(!secret_from_hex(STR("00"), back, sizeof(back)));
	ck_assert(!secret_from_hex(STR("zz"), back, 1));
	arena_fini(&a);
}
END_TEST

START_TEST(secret_derive_needs_the_key_and_the_message)
{
	uint8_t one[SECRET_TOKEN_B], two[SECRET_TOKEN_B];
	struct err e = {0};

	ck_ok(secret_init(&e), &e);
	secret_derive(STR("0123456789abcdef"), STR("message"), one);
	secret_derive(STR("0123456789abcdef"), STR("message"), two);
	ck_assert_mem_eq(one, two, sizeof(one));
	secret_derive(STR("0123456789abcdeg"), STR("message"), two);
	ck_assert_mem_ne(one, two, sizeof(one));
	secret_derive(STR("0123456789abcdef"), STR("massage"), two);
	ck_assert_mem_ne(one, two, sizeof(one));
}
END_TEST

START_TEST(secret_equal_compares_length_and_bytes)
{
	ck_assert(secret_equal(STR("abc"), STR("abc")));
	ck_assert(!secret_equal(STR("abc"), STR("abd")));
	ck_assert(!secret_equal(STR("abc"), STR("ab")));
	ck_assert(secret_equal(STR_NONE, STR_NONE));
}
END_TEST

UNIT_MAIN("secret", secret_texts_are_read_back_only_in_canonical_form,
    secret_derive_needs_the_key_and_the_message, secret_equal_compares_length_and_bytes)
