#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/order/order_link.h"
#include "unit.h"

#define KEY STR("0123456789abcdef")

static struct secret_ring ring;
static struct arena arena;

static void
begin(void)
{
	struct err e = {0};

	ck_ok(secret_init(&e), &e);
	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	secret_ring_make(&ring, 100);
}

static enum order_link_state
read_link(struct str token)
{
	uint8_t hash[SECRET_HASH_B], want[SECRET_HASH_B];
	enum order_link_state state = order_link_read(&ring, token, hash);

	order_link_hash(&ring, KEY, want);
	if (state == ORDER_LINK_GOOD)
		ck_assert_mem_eq(hash, want, sizeof(want));
	return state;
}

START_TEST(a_link_is_made_from_the_key_alone_and_finds_it_again)
{
	struct str link;

	begin();
	ck_assert_uint_eq(order_link(&arena, &ring, KEY, 99).n, 0); /* not yet */
	link = order_link(&arena, &ring, KEY, 100);
	ck_assert_uint_eq(link.n, 44);
	ck_assert(str_eq(link, order_link(&arena, &ring, KEY, 1000)));
	ck_assert_int_eq(read_link(link), ORDER_LINK_GOOD);
	ck_assert_uint_eq(order_link(&arena, &(struct secret_ring){.n = 0}, KEY, 100).n, 0);
}
END_TEST

START_TEST(a_link_with_one_changed_letter_opens_nothing)
{
	struct str link;
	unsigned opened = 0;

	begin();
	link = order_link(&arena, &ring, KEY, 100);
	for (size_t i = 0; i < link.n; i++) {
		char text[64];

		memcpy(text, link.p, link.n);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		opened += read_link(str_n(text, link.n)) == ORDER_LINK_GOOD;
		opened += read_link(str_head(link, i)) == ORDER_LINK_GOOD && i != SECRET_TOKEN_CHARS;
	}
	ck_assert_uint_eq(opened, 0);
}
END_TEST

/* 22 letters are the token of an earlier release, whose hash is stored. */
START_TEST(a_token_of_an_earlier_release_is_read_as_that)
{
	uint8_t token[SECRET_TOKEN_B], hash[SECRET_HASH_B], want[SECRET_HASH_B];

	begin();
	secret_random(token, sizeof(token));
	secret_hash(str_n(token, sizeof(token)), want);
	ck_assert_int_eq(
	    order_link_read(&ring, secret_base64url(&arena, token, sizeof(token)), hash), ORDER_LINK_GOOD);
	ck_assert_mem_eq(hash, want, sizeof(want));
}
END_TEST

START_TEST(links_of_the_key_before_open_until_the_key_is_replaced_twice_or_revoked)
{
	struct str first, second;

	begin();
	first = order_link(&arena, &ring, KEY, 100);
	secret_ring_turn(&ring, 300, 200, false);
	ck_assert(str_eq(order_link(&arena, &ring, KEY, 299), first)); /* other hosts may lack the new key */
	second = order_link(&arena, &ring, KEY, 300);
	ck_assert(!str_eq(second, first));
	ck_assert(read_link(first) == ORDER_LINK_GOOD && read_link(second) == ORDER_LINK_GOOD);
	secret_ring_turn(&ring, 400, 250, false); /* the key that was never used is dropped, not the one that signs */
	ck_assert(read_link(first) == ORDER_LINK_GOOD && read_link(second) == ORDER_LINK_UNKNOWN);
	second = order_link(&arena, &ring, KEY, 400);
	secret_ring_turn(&ring, 500, 500, false);
	ck_assert(read_link(first) == ORDER_LINK_UNKNOWN && read_link(second) == ORDER_LINK_GOOD);
	secret_ring_turn(&ring, 600, 600, true);
	ck_assert(read_link(second) == ORDER_LINK_UNKNOWN);
	ck_assert(read_link(order_link(&arena, &ring, KEY, 600)) == ORDER_LINK_GOOD);
}
END_TEST

static bool
load(struct secret_ring *r, const char *path, const char *text, mode_t mode, struct err *e)
{
	FILE *f = fopen(path, "w");

	ck_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, mode) == 0);
	*e = (struct err){0};
	return secret_ring_load(r, path, e);
}

START_TEST(keys_are_read_from_their_file_and_a_damaged_one_changes_nothing)
{
	char path[] = "/tmp/kontor-links.XXXXXX";
	struct secret_ring back = {.n = 0};
	struct err e = {0};
	struct str text;

	begin();
	secret_ring_turn(&ring, 300, 200, false);
	text = secret_ring_text(&arena, &ring);
	ck_assert(mkdtemp(path) != NULL);
	ck_assert(chdir(path) == 0);
	ck_assert(!secret_ring_load(&back, "keys", &e) && e.kind == ERR_NOT_FOUND);
	ck_assert(load(&back, "keys", str_zdup(&arena, text), 0640, &e));
	ck_assert_uint_eq(back.n, 2);
	ck_assert_mem_eq(back.base, ring.base, sizeof(ring.base));
	for (size_t i = 0; i < back.n; i++) {
		ck_assert_mem_eq(back.v[i].key, ring.v[i].key, SECRET_KEY_B);
		ck_assert(back.v[i].since_s == ring.v[i].since_s && back.v[i].id == ring.v[i].id);
	}
	ck_assert(!load(&back, "keys", str_zdup(&arena, text), 0644, &e) && strstr(e.msg, "every user") != NULL);
	ck_assert(!load(&back, "keys", "key 0 12\n", 0640, &e) && strstr(e.msg, "damaged") != NULL);
	ck_assert(!load(&back, "keys", str_zdup(&arena, str_head(text, text.n - 9)), 0640, &e));
	ck_assert(!load(&back, "keys", "", 0640, &e));
	ck_assert(!load(&back, "keys", str_fmt(&arena, "%.*skey 0 %064d\n", STR_ARG(text), 7).p, 0640, &e));
	ck_assert_mem_eq(back.v[1].key, ring.v[1].key, SECRET_KEY_B);
	ck_assert(unlink("keys") == 0 && chdir("/") == 0 && rmdir(path) == 0);
}
END_TEST

UNIT_MAIN("order_link", a_link_is_made_from_the_key_alone_and_finds_it_again,
    a_link_with_one_changed_letter_opens_nothing, a_token_of_an_earlier_release_is_read_as_that,
    links_of_the_key_before_open_until_the_key_is_replaced_twice_or_revoked,
    keys_are_read_from_their_file_and_a_damaged_one_changes_nothing)
