#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plat/text/secret.h"
#include "unit.h"

static bool
is_token(struct str text)
{
	uint8_t token[SECRET_TOKEN_B];
	bool is = secret_from_base64url(text, token, sizeof(token));

	ck_assert_msg(secret_is_token(text) == is, "%.*s", STR_ARG(text));
	return is;
}

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
		ck_assert(is_token(text) && secret_from_base64url(text, back, sizeof(back)));
		ck_assert_mem_eq(token, back, sizeof(back));
		ck_assert(secret_from_hex(secret_hex(&a, token, sizeof(token)), back, sizeof(back)));
		ck_assert_mem_eq(token, back, sizeof(back));
	}
	ck_assert(!is_token(str_head(text, 21)));
	ck_assert(!is_token(str_fmt(&a, "%.*sA", STR_ARG(text))));
	ck_assert(!is_token(STR("AAAAAAAAAAAAAAAAAAAAAB")));
	ck_assert(!is_token(STR("AAAAAAAAAAAAAAAAAAAA+A")));
	ck_assert(!is_token(STR("AAAAAAAAA\xdc" "AAAAAAAAAAAA")));
	ck_assert(!is_token(STR_NONE));
	for (int c = 1; c < 256; c++) {
		(void)is_token(str_fmt(&a, "AAAAAAAAAAAAAAAAAAAAA%c", c));
		(void)is_token(str_fmt(&a, "AAAAAAAAAA%cAAAAAAAAAAA", c));
	}
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

static bool
says(const struct err *e, const char *words)
{
	return str_find(str_z(e->msg), str_z(words)) >= 0;
}

static void
write_secret(const char *path, const char *bytes, mode_t mode)
{
	FILE *f = fopen(path, "w");

	ck_assert(f != NULL && fputs(bytes, f) >= 0 && fclose(f) == 0 && chmod(path, mode) == 0);
}

START_TEST(secret_file_is_made_once_and_read_back)
{
	char dir[] = "/tmp/kontor-secret-XXXXXX", path[64];
	uint8_t one[SECRET_KEY_B], two[SECRET_KEY_B];
	struct err e = {0};
	struct stat st;

	ck_ok(secret_init(&e), &e);
	ck_assert(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/secret", dir);
	ck_assert(!secret_file_load(path, one, &e) && e.kind == ERR_NOT_FOUND && says(&e, path)
	    && says(&e, "kontor setup"));
	err_clear(&e);
	ck_ok(secret_file_make(path, "nosuchgroup", &e) && secret_file_load(path, one, &e), &e);
	ck_assert(stat(path, &st) == 0 && (st.st_mode & 07777) == 0640);
	ck_ok(secret_file_make(path, "nosuchgroup", &e) && secret_file_load(path, two, &e), &e);
	ck_assert_mem_eq(one, two, sizeof(one));
	ck_assert(unlink(path) == 0);
	ck_ok(secret_file_make(path, "nosuchgroup", &e) && secret_file_load(path, two, &e), &e);
	ck_assert_mem_ne(one, two, sizeof(one));
	ck_assert(unlink(path) == 0 && rmdir(dir) == 0);
	ck_assert(!secret_file_make(path, "nosuchgroup", &e) && says(&e, path));
}
END_TEST

START_TEST(secret_file_of_another_size_or_open_to_all_is_refused)
{
	static const char *const wrong[] = {"", "\n", "00",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef00",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg\n"};
	static const char right[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF\n";
	char dir[] = "/tmp/kontor-secret-XXXXXX", path[64];
	uint8_t key[SECRET_KEY_B];
	struct err e = {0};

	ck_ok(secret_init(&e), &e);
	ck_assert(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/secret", dir);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		write_secret(path, wrong[i], 0640);
		ck_assert_msg(!secret_file_load(path, key, &e) && says(&e, path) && says(&e, "32 bytes"), "%zu", i);
		err_clear(&e);
	}
	write_secret(path, right, 0644);
	ck_assert(!secret_file_load(path, key, &e) && says(&e, path) && says(&e, "every user"));
	err_clear(&e);
	ck_assert(chmod(path, 0640) == 0);
	ck_ok(secret_file_load(path, key, &e), &e);
	ck_assert(unlink(path) == 0 && rmdir(dir) == 0);
}
END_TEST

UNIT_MAIN("secret", secret_file_is_made_once_and_read_back, secret_file_of_another_size_or_open_to_all_is_refused,
    secret_texts_are_read_back_only_in_canonical_form,
    secret_derive_needs_the_key_and_the_message, secret_equal_compares_length_and_bytes)
