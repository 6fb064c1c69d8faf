#include <string.h>

#include "plat/cache/cache_entry.h"
#include "plat/cache/cache_l1.h"
#include "plat/cache/cache_stored.h"
#include "plat/cache/memc_name.h"
#include "unit.h"

#define KEY STR("k5:order:en:1")

static uint8_t seal[SECRET_KEY_B];
static struct err err;

static struct str
formatted(struct arena *a, struct str payload)
{
	const struct cache_entry c = {.version = 8, .soft_at = 9, .hard_at = 10, .payload = payload};
	struct buf b;

	ck_ok(secret_init(&err), &err);
	secret_subkey(STR("0123456789abcdef0123456789abcdef"), STR("test"), seal);
	buf_init(&b, a, 100000);
	cache_entry_format(&b, seal, KEY, &c);
	ck_ok(buf_check(&b, &err), &err);
	return buf_str(&b);
}

static bool
parses(struct arena *a, const uint8_t key[SECRET_KEY_B], struct str name, struct str bytes)
{
	struct cache_entry got;
	bool ok;

	err_clear(&err);
	ok = cache_entry_parse(a, key, name, bytes, &got, &err);
	ck_assert(ok || (err.kind == ERR_UPSTREAM && got.payload.p == NULL && got.hard_at == 0));
	return ok;
}

START_TEST(entry_comes_back_as_it_was_written)
{
	struct cache_entry got;
	struct arena a;

	arena_init(&a, 1 << 20);
	ck_ok(cache_entry_parse(&a, seal, KEY, formatted(&a, STR("payload")), &got, &err), &err);
	ck_assert(got.version == 8 && got.soft_at == 9 && got.hard_at == 10);
	ck_str(got.payload, "payload");
	ck_ok(cache_entry_parse(&a, seal, KEY, formatted(&a, STR("")), &got, &err), &err);
	ck_assert_uint_eq(got.payload.n, 0);
	arena_fini(&a);
}
END_TEST

START_TEST(entry_with_any_bit_changed_or_byte_cut_off_is_refused)
{
	struct arena a;
	struct str s;
	char *bytes;

	arena_init(&a, 1 << 20);
	s = formatted(&a, STR("payload"));
	bytes = (char *)(uintptr_t)s.p;
	for (size_t i = 0; i < s.n; i++) {
		ck_assert(!parses(&a, seal, KEY, str_head(s, i)));
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (char)(1 << bit);
			ck_assert(!parses(&a, seal, KEY, s));
			bytes[i] ^= (char)(1 << bit);
		}
	}
	ck_assert(parses(&a, seal, KEY, s));
	ck_assert(!parses(&a, seal, KEY, str_n(s.p, s.n + 1))); /* its NUL */
	arena_fini(&a);
}
END_TEST

START_TEST(entry_of_another_key_or_secret_is_refused)
{
	uint8_t other[SECRET_KEY_B];
	struct arena a;
	struct str s;

	arena_init(&a, 1 << 20);
	s = formatted(&a, STR("payload"));
	secret_subkey(STR("0123456789abcdef0123456789abcdeg"), STR("test"), other);
	ck_assert(!parses(&a, other, KEY, s));
	secret_subkey(STR("0123456789abcdef0123456789abcdef"), STR("another purpose"), other);
	ck_assert(!parses(&a, other, KEY, s));
	ck_assert(!parses(&a, seal, STR("k5:order:en:2"), s));
	ck_assert(!parses(&a, seal, STR("k5:order:en:"), s));
	ck_assert(!parses(&a, seal, STR("k5:order:en:11"), s));
	arena_fini(&a);
}
END_TEST

START_TEST(entry_does_not_show_its_payload)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	ck_assert(str_find(formatted(&a, STR("Hafen 1")), STR("Hafen")) < 0);
	ck_assert(!str_eq(formatted(&a, STR("Hafen 1")), formatted(&a, STR("Hafen 1"))));
	arena_fini(&a);
}
END_TEST

START_TEST(l1_forgets_with_the_epoch_and_the_soft_expiry)
{
	const struct cache_l1_life life = {.epoch = 1, .from_ns = 1000, .until_s = 100};
	struct cache_l1_now now = {.epoch = 1, .mono_ns = 1000 + CACHE_L1_LIFE_NS, .utc_s = 99};
	struct cache_l1_life got_life;
	struct cache_l1 *l1;
	struct arena a;
	struct str got;

	arena_init(&a, 1 << 20);
	l1 = cache_l1_new(&a, 10000);
	cache_l1_put(l1, STR("k"), STR("v"), &life);
	ck_assert(cache_l1_find(l1, STR("k"), &now, &got, &got_life));
	ck_str(got, "v");
	ck_assert(got_life.from_ns == life.from_ns && got_life.until_s == life.until_s);
	ck_assert(!cache_l1_find(l1, STR("other"), &now, &got, NULL));
	now.epoch = 2;
	ck_assert(!cache_l1_find(l1, STR("k"), &now, &got, NULL));
	now = (struct cache_l1_now){1, 1000, 100};
	ck_assert(!cache_l1_find(l1, STR("k"), &now, &got, NULL));
	now = (struct cache_l1_now){1, 1001 + CACHE_L1_LIFE_NS, 99};
	ck_assert(!cache_l1_find(l1, STR("k"), &now, &got, NULL));
	ck_assert(cache_l1_find_old(l1, STR("k"), 1, &got));
	ck_assert(!cache_l1_find_old(l1, STR("k"), 2, &got));
	arena_fini(&a);
}
END_TEST

START_TEST(l1_knows_what_is_asked_for_again_within_its_life_time)
{
	struct cache_l1 *l1;
	struct arena a;

	arena_init(&a, 1 << 20);
	l1 = cache_l1_new(&a, 0);
	ck_assert(!cache_l1_again(l1, STR("k"), 1000));
	ck_assert(!cache_l1_again(l1, STR("other"), 1000));
	ck_assert(cache_l1_again(l1, STR("k"), 1000 + CACHE_L1_LIFE_NS));
	ck_assert(!cache_l1_again(l1, STR("k"), 1001 + 2 * CACHE_L1_LIFE_NS));
	arena_fini(&a);
}
END_TEST

START_TEST(l1_never_gives_bytes_that_were_written_over)
{
	const struct cache_l1_life life = {.epoch = 1, .from_ns = 1, .until_s = 100};
	const struct cache_l1_now now = {1, 1, 0};
	struct arena_mark mark;
	struct cache_l1 *l1;
	struct arena a;
	struct str got;

	arena_init(&a, 10 << 20);
	l1 = cache_l1_new(&a, 1000);
	mark = arena_mark(&a);
	for (int i = 0; i < 5000; i++) {
		struct str key = str_fmt(&a, "key%d", i), value = str_fmt(&a, "%0*d", 10 + i % 200, i);

		cache_l1_put(l1, key, value, &life);
		ck_assert(cache_l1_find(l1, key, &now, &got, NULL));
		ck_assert(str_eq(got, value));
		for (int k = i < 20 ? 0 : i - 20; k < i; k++)
			if (cache_l1_find(l1, str_fmt(&a, "key%d", k), &now, &got, NULL))
				ck_assert(str_eq(got, str_fmt(&a, "%0*d", 10 + k % 200, k)));
		arena_rewind(&a, mark);
	}
	arena_fini(&a);
}
END_TEST

static struct cache_stored
parsed(struct arena *a, const char *before, struct str bytes)
{
	struct cache_stored s;

	cache_stored_parse(str_fmt(a, "%s%.*s", before, STR_ARG(bytes)), &s);
	return s;
}

START_TEST(what_is_stored_may_have_marks_before_it)
{
	const struct cache_placeholder p = {0x0102030405060708, 0x1112131415161718};
	struct cache_entry entry = {.version = 8, .soft_at = 9, .hard_at = 10, .payload = STR("payload")};
	char bytes[CACHE_PLACEHOLDER_B];
	struct cache_stored s;
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	cache_stored_placeholder(&p, bytes);
	s = parsed(&a, "", str_n(bytes, sizeof(bytes)));
	ck_assert(s.kind == CACHE_STORED_PLACEHOLDER && !s.marked);
	ck_assert(s.placeholder.worker == p.worker && s.placeholder.number == p.number);
	s = parsed(&a, "!!", str_n(bytes, sizeof(bytes)));
	ck_assert(s.kind == CACHE_STORED_PLACEHOLDER && s.marked && s.placeholder.worker == p.worker);
	for (int marked = 0; marked < 2; marked++) {
		buf_init(&b, &a, 1000);
		buf_z(&b, marked ? "!!!" : "");
		cache_stored_value(&b, seal, KEY, &entry);
		cache_stored_parse(buf_str(&b), &s);
		ck_assert(s.kind == CACHE_STORED_VALUE && s.marked == (marked != 0));
		ck_assert(parses(&a, seal, KEY, s.bytes));
	}
	arena_fini(&a);
}
END_TEST

START_TEST(bytes_of_somebody_else_are_nothing)
{
	static const char *const bytes[] = {
	    "", "!", "P", "Pshort", "P234567890123456789", "value", "!!value"};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bytes); i++)
		ck_assert_msg(parsed(&a, "", str_z(bytes[i])).kind == CACHE_STORED_NONE, "'%s'", bytes[i]);
	arena_fini(&a);
}
END_TEST

START_TEST(servers_are_named_by_path_or_host_with_port_and_weight)
{
	static const struct {
		const char *text, *host;
		unsigned port, weight;
	} good[] = {{"/run/mc.sock", "/run/mc.sock", 0, 1}, {"/run/mc.sock/?3", "/run/mc.sock", 0, 3},
	    {"cache", "cache", 11211, 1}, {" cache:1 ", "cache", 1, 1}, {"10.0.0.1:65535/?100", "10.0.0.1", 65535, 100},
	    {"::1", "::1", 11211, 1}, {"[::1]", "::1", 11211, 1}, {"[fe80::1]:11212/?2", "fe80::1", 11212, 2}};
	static const char *const bad[] = {"", ":11211", "cache:", "cache:0", "cache:65536", "cache:x", "[::1", "[]:1",
	    "[::1]1", "[::1]:", "cache/?", "cache/?0", "cache/?101", "cache:1/?x", "/?2"};
	struct memc_name name;
	struct err e = {0};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		ck_assert_msg(memc_name_parse(&a, str_z(good[i].text), &name, &e), "%s: %s", good[i].text, e.msg);
		ck_str(name.host, good[i].host);
		ck_assert_uint_eq(name.port, good[i].port);
		ck_assert_uint_eq(name.weight, good[i].weight);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(!memc_name_parse(&a, str_z(bad[i]), &name, &e), "%s", bad[i]);
		ck_assert(e.kind == ERR_INPUT && strstr(e.msg, bad[i]) != NULL);
		err_clear(&e);
	}
	arena_fini(&a);
}
END_TEST

UNIT_MAIN("cache", what_is_stored_may_have_marks_before_it, bytes_of_somebody_else_are_nothing,
    servers_are_named_by_path_or_host_with_port_and_weight,
    entry_comes_back_as_it_was_written, entry_with_any_bit_changed_or_byte_cut_off_is_refused,
    entry_of_another_key_or_secret_is_refused, entry_does_not_show_its_payload,
    l1_forgets_with_the_epoch_and_the_soft_expiry,
    l1_knows_what_is_asked_for_again_within_its_life_time, l1_never_gives_bytes_that_were_written_over)
