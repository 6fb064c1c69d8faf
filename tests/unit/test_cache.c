#include <string.h>

#include "plat/cache/cache_entry.h"
#include "plat/cache/cache_l1.h"
#include "plat/cache/cache_stored.h"
#include "plat/cache/memc_name.h"
#include "unit.h"

static struct str
formatted(struct arena *a, const struct cache_entry *c)
{
	struct buf b;

	buf_init(&b, a, 10000);
	cache_entry_format(&b, c);
	return buf_str(&b);
}

START_TEST(entry_comes_back_as_it_was_written)
{
	struct cache_entry c = {.key_hash = 7, .version = 8, .soft_at = 9, .hard_at = 10};
	struct cache_entry got;
	struct arena a;

	arena_init(&a, 1 << 20);
	c.payload = STR("payload");
	ck_assert(cache_entry_parse(formatted(&a, &c), 7, &got));
	ck_assert(got.version == 8 && got.soft_at == 9 && got.hard_at == 10);
	ck_str(got.payload, "payload");
	arena_fini(&a);
}
END_TEST

START_TEST(entry_of_another_key_or_cut_short_is_refused)
{
	struct cache_entry c = {.key_hash = 7}, got;
	struct arena a;
	struct str s;

	arena_init(&a, 1 << 20);
	s = formatted(&a, &c);
	ck_assert(cache_entry_parse(s, 7, &got));
	ck_assert(!cache_entry_parse(s, 8, &got));
	for (size_t n = 0; n < s.n; n++)
		ck_assert(!cache_entry_parse(str_head(s, n), 7, &got));
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
parsed(struct arena *a, const char *before, struct str bytes, const char *key)
{
	struct cache_stored s;

	cache_stored_parse(str_fmt(a, "%s%.*s", before, STR_ARG(bytes)), str_z(key), &s);
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
	s = parsed(&a, "", str_n(bytes, sizeof(bytes)), "k");
	ck_assert(s.kind == CACHE_STORED_PLACEHOLDER && !s.marked);
	ck_assert(s.placeholder.worker == p.worker && s.placeholder.number == p.number);
	s = parsed(&a, "!!", str_n(bytes, sizeof(bytes)), "k");
	ck_assert(s.kind == CACHE_STORED_PLACEHOLDER && s.marked && s.placeholder.worker == p.worker);
	buf_init(&b, &a, 1000);
	cache_stored_value(&b, STR("k"), &entry);
	cache_stored_parse(buf_str(&b), STR("k"), &s);
	ck_assert(s.kind == CACHE_STORED_VALUE && !s.marked && s.entry.version == 8);
	cache_stored_parse(buf_str(&b), STR("other"), &s);
	ck_assert(s.kind == CACHE_STORED_NONE);
	buf_init(&b, &a, 1000);
	buf_z(&b, "!!!");
	cache_stored_value(&b, STR("k"), &entry);
	cache_stored_parse(buf_str(&b), STR("k"), &s);
	ck_assert(s.kind == CACHE_STORED_VALUE && s.marked && s.entry.soft_at == 9);
	ck_str(s.entry.payload, "payload");
	arena_fini(&a);
}
END_TEST

START_TEST(bytes_of_somebody_else_are_nothing)
{
	static const char *const bytes[] = {
	    "", "!", "P", "V", "Pshort", "P234567890123456789", "value", "!!value", "V0"};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bytes); i++)
		ck_assert_msg(parsed(&a, "", str_z(bytes[i]), "k").kind == CACHE_STORED_NONE, "'%s'", bytes[i]);
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
    entry_comes_back_as_it_was_written, entry_of_another_key_or_cut_short_is_refused,
    l1_forgets_with_the_epoch_and_the_soft_expiry,
    l1_knows_what_is_asked_for_again_within_its_life_time, l1_never_gives_bytes_that_were_written_over)
