#include "plat/cache/cache_entry.h"
#include "plat/cache/cache_l1.h"
#include "plat/cache/memc_reply.h"
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

START_TEST(reply_is_taken_apart_and_flags_that_say_nothing_are_passed_over)
{
	struct memc_reply r;

	ck_assert(memc_reply_parse(STR("VA 12 c18446744073709551615 W O7 Z s12"), &r));
	ck_assert(r.code == MEMC_CODE_VA && r.value_b == 12 && r.cas == UINT64_MAX && r.opaque == 7 && r.won);
	ck_assert(memc_reply_parse(STR("EN"), &r));
	ck_assert(r.code == MEMC_CODE_EN && r.value_b == 0 && r.cas == 0 && r.opaque == 0 && !r.won);
	ck_assert(memc_reply_parse(STR("HD O1 "), &r) && r.code == MEMC_CODE_HD && r.opaque == 1);
	ck_assert(memc_reply_parse(STR("NS"), &r) && r.code == MEMC_CODE_NS);
	ck_assert(memc_reply_parse(STR("EX"), &r) && r.code == MEMC_CODE_EX);
	ck_assert(memc_reply_parse(STR("NF"), &r) && r.code == MEMC_CODE_NF);
}
END_TEST

START_TEST(line_that_is_no_reply_is_refused)
{
	static const char *const lines[] = {"", "ERROR", "SERVER_ERROR out of memory", "STORED", "HDX", "hd", " HD",
	    "VA", "VA ", "VA x", "VA -1", "VA 1x", "VA 18446744073709551615", "VA 1 c", "VA 1 cx",
	    "VA 1 c18446744073709551616", "HD O", "HD O0", "HD O-1", "HD Oabc"};
	struct memc_reply r;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		ck_assert_msg(!memc_reply_parse(str_z(lines[i]), &r), "'%s'", lines[i]);
}
END_TEST

UNIT_MAIN("cache", reply_is_taken_apart_and_flags_that_say_nothing_are_passed_over, line_that_is_no_reply_is_refused,
    entry_comes_back_as_it_was_written, entry_of_another_key_or_cut_short_is_refused,
    l1_forgets_with_the_epoch_and_the_soft_expiry,
    l1_knows_what_is_asked_for_again_within_its_life_time, l1_never_gives_bytes_that_were_written_over)
