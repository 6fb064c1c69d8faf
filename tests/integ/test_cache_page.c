/* What pages ask memcached for together, and what they leave to be stored. */
#include "cached.h"

START_TEST(a_page_asks_memcached_once_for_what_it_needed_the_last_time)
{
	struct cache *c = set_up("page");
	struct control *ctl = open_control();
	struct arena page;

	arena_init(&page, 1 << 20);
	fetch(c, "page a", "v1", CACHE_FRESH);
	fetch(c, "page b", "v1", CACHE_FRESH);
	conf.cache_l1_bytes = 0;
	c = open_cache(ctl);
	for (int i = 0; i < 3; i++) {
		uint64_t before = exchanges(ctl->stats);

		cache_page_begin(c, &page, STR("page"));
		fetch_on(c, &page, "page a", "v1", CACHE_FRESH);
		fetch_on(c, &page, "page b", "v1", CACHE_FRESH);
		if (i == 2) /* once for each: an answer is not given twice */
			fetch_on(c, &page, "page b", "v1", CACHE_FRESH);
		arena_reset(&page);
		ck_assert_uint_eq(exchanges(ctl->stats) - before, i == 1 ? 1 : 2);
	}
	ck_assert_int_eq(src->reads, 2);
	arena_fini(&page);
}
END_TEST

START_TEST(what_came_ahead_is_not_kept_past_a_change)
{
	struct cache *c = set_up("ahead");
	struct control *ctl = open_control();
	struct cache_key key;
	struct arena page;

	arena_init(&page, 1 << 20);
	c = open_cache(ctl);
	key = cache_key(c, CACHE_card, STR("en"), STR("ahead b"));
	for (int i = 0; i < 2; i++) {
		control_epoch_raise(ctl);
		cache_page_begin(c, &page, STR("page"));
		fetch_on(c, &page, "ahead a", "v1", CACHE_FRESH);
		if (i == 1) { /* b's answer is here already */
			src->value = 2;
			ck_assert(cache_forget(c, &arena, &key, 1));
		}
		fetch_on(c, &page, "ahead b", "v1", CACHE_FRESH);
		arena_reset(&page);
	}
	fetch(c, "ahead b", "v2", CACHE_FRESH);
	arena_fini(&page);
}
END_TEST

START_TEST(what_was_missing_ahead_and_is_filled_meanwhile_is_asked_for_again)
{
	struct cache *c = set_up("overtaken"), *other;
	struct cache_key key;
	struct arena page;

	arena_init(&page, 1 << 20);
	conf.cache_l1_bytes = 0;
	c = open_cache(NULL);
	other = open_cache(NULL);
	key = cache_key(c, CACHE_card, STR("en"), STR("overtaken b"));
	for (int i = 0; i < 2; i++) {
		if (i == 1)
			ck_assert(cache_forget(c, &arena, &key, 1));
		cache_page_begin(c, &page, STR("page"));
		fetch_on(c, &page, "overtaken a", "v1", CACHE_FRESH);
		if (i == 1)
			fetch(other, "overtaken b", "v1", CACHE_FRESH);
		fetch_on(c, &page, "overtaken b", "v1", CACHE_FRESH);
		arena_reset(&page);
	}
	ck_assert_int_eq(src->reads, 3);
	arena_fini(&page);
}
END_TEST

START_TEST(what_a_page_reads_is_stored_with_its_next_question_or_at_its_end)
{
	struct cache *c = set_up("later");
	struct control *ctl = open_control();
	struct cache_key key;
	struct arena page;
	uint64_t before;

	arena_init(&page, 1 << 20);
	conf.cache_l1_bytes = 0;
	c = open_cache(ctl);
	key = cache_key(c, CACHE_card, STR("en"), STR("later b"));
	before = exchanges(ctl->stats);
	cache_page_begin(c, &page, STR("page"));
	fetch_on(c, &page, "later a", "v1", CACHE_FRESH);
	fetch_on(c, &page, "later b", "v1", CACHE_FRESH);
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 2);
	ck_assert_int_eq((int)ask(open_memc(), MEMC_GET, key).result, (int)MEMC_THEIRS);
	cache_settle(c, false);
	ck_assert_int_eq((int)ask(open_memc(), MEMC_GET, key).result, (int)MEMC_OK);
	arena_reset(&page);
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 3);
	cache_page_begin(c, &page, STR("another page")); /* which fails, and is never settled */
	fetch_on(c, &page, "later c", "v1", CACHE_FRESH);
	arena_reset(&page);
	src->value = 2;
	fetch(open_cache(NULL), "later a", "v1", CACHE_FRESH);
	fetch(open_cache(NULL), "later b", "v1", CACHE_FRESH);
	fetch(open_cache(NULL), "later c", "v1", CACHE_FRESH);
	arena_fini(&page);
}
END_TEST

/* A page that asks for one thing, behind which another page comes. */
static void
make_page(struct cache *c, struct arena *page, const char *id, bool more)
{
	cache_page_begin(c, page, STR("page"));
	fetch_on(c, page, id, "v1", CACHE_FRESH);
	cache_settle(c, more);
	arena_reset(page);
}

START_TEST(a_page_takes_what_the_one_before_has_left_to_memcached)
{
	struct cache *c = set_up("left");
	struct control *ctl = open_control();
	struct arena page;
	uint64_t before;

	arena_init(&page, 1 << 20);
	conf.cache_l1_bytes = 0;
	c = open_cache(ctl);
	before = exchanges(ctl->stats);
	make_page(c, &page, "left a", true);
	ck_assert(cache_waits(c));
	ck_assert_int_eq((int)state_of(c, "left a"), (int)MEMC_THEIRS);
	make_page(c, &page, "left b", true);
	ck_assert_int_eq((int)state_of(c, "left a"), (int)MEMC_OK);
	ck_assert_int_eq((int)state_of(c, "left b"), (int)MEMC_THEIRS);
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 2);
	cache_page_begin(c, &page, STR("a page without a question"));
	cache_settle(c, true);
	ck_assert(!cache_waits(c));
	ck_assert_int_eq((int)state_of(c, "left b"), (int)MEMC_OK);
	src->value = 2;
	fetch(open_cache(NULL), "left a", "v1", CACHE_FRESH);
	fetch(open_cache(NULL), "left b", "v1", CACHE_FRESH);
	arena_fini(&page);
}
END_TEST

START_TEST(what_is_left_to_another_page_does_not_outlive_a_change)
{
	struct cache *c = set_up("left");
	struct cache_key key;
	struct arena page;

	arena_init(&page, 1 << 20);
	conf.cache_l1_bytes = 0;
	c = open_cache(NULL);
	key = cache_key(c, CACHE_card, STR("en"), STR("left"));
	make_page(c, &page, "left", true);
	src->value = 2;
	ck_assert(cache_forget(open_cache(NULL), &arena, &key, 1));
	cache_page_begin(c, &page, STR("page"));
	fetch_on(c, &page, "left", "v2", CACHE_FRESH);
	cache_settle(c, false);
	fetch(open_cache(NULL), "left", "v2", CACHE_FRESH);
	arena_fini(&page);
}
END_TEST

START_TEST(much_that_waits_is_stored_at_once)
{
	struct cache *c = set_up("much");
	struct cache_item items[] = {item_of(c, "much a"), item_of(c, "much b"), item_of(c, "much c")};
	struct err e = {0};
	struct arena page;

	arena_init(&page, 8 << 20);
	pad_b = 900000;
	cache_page_begin(c, &page, STR("page"));
	ck_ok(cache_fetch(c, &page, items, ARRAY_LEN(items), fill, NULL, &e), &e);
	pad_b = 0;
	ck_assert_int_eq((int)state_of(c, "much a"), (int)MEMC_OK);
	ck_assert_int_eq((int)state_of(c, "much b"), (int)MEMC_OK);
	cache_settle(c, false);
	ck_assert_int_eq((int)state_of(c, "much c"), (int)MEMC_OK);
	arena_fini(&page);
}
END_TEST

START_TEST(what_waits_to_be_stored_does_not_outlive_a_change)
{
	struct cache *c = set_up("waits");
	struct cache_key key;
	struct arena page;

	arena_init(&page, 1 << 20);
	conf.cache_l1_bytes = 0;
	c = open_cache(NULL);
	key = cache_key(c, CACHE_card, STR("en"), STR("waits"));
	cache_page_begin(c, &page, STR("page"));
	fetch_on(c, &page, "waits", "v1", CACHE_FRESH);
	src->value = 2;
	ck_assert(cache_forget(open_cache(NULL), &arena, &key, 1));
	arena_reset(&page);
	fetch(c, "waits", "v2", CACHE_FRESH);
	arena_fini(&page);
}
END_TEST

INTEG_MAIN("cache_page", true, a_page_asks_memcached_once_for_what_it_needed_the_last_time,
    what_a_page_reads_is_stored_with_its_next_question_or_at_its_end,
    a_page_takes_what_the_one_before_has_left_to_memcached, what_is_left_to_another_page_does_not_outlive_a_change,
    much_that_waits_is_stored_at_once, what_waits_to_be_stored_does_not_outlive_a_change,
    what_came_ahead_is_not_kept_past_a_change, what_was_missing_ahead_and_is_filled_meanwhile_is_asked_for_again)
