/* Prefetch: a page requests its keys from memcached together. */
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
		if (i == 2) /* an answer is used once only */
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

/* A page with two values, one of which depends on the other. The page is known to need both. */
static struct cache *
known_page(const char *name, struct control *ctl, struct arena *page)
{
	struct cache *c;

	arena_init(page, 1 << 20);
	conf.cache_l1_bytes = 0;
	c = open_cache(ctl);
	cache_page_begin(c, page, STR("page"));
	fetch_on(c, page, str_fmt(&arena, "%s a", name).p, "v1", CACHE_FRESH);
	fetch_on(c, page, str_fmt(&arena, "%s b", name).p, "v1", CACHE_FRESH);
	arena_reset(page);
	erase(item_of(c, str_fmt(&arena, "%s a", name).p).key);
	erase(item_of(c, str_fmt(&arena, "%s b", name).p).key);
	cache_page_begin(c, page, STR("page"));
	return c;
}

START_TEST(placeholders_for_all_that_a_known_page_lacks_go_in_together)
{
	struct control *ctl;
	struct arena page;
	struct cache *c;
	uint64_t before;

	set_up("lacks");
	ctl = open_control();
	c = known_page("lacks", ctl, &page);
	before = exchanges(ctl->stats);
	fetch_on(c, &page, "lacks a", "v1", CACHE_FRESH);
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 2);
	ck_state(c, "lacks b", PLACEHOLDER);
	fetch_on(c, &page, "lacks b", "v1", CACHE_FRESH);
	ck_assert_uint_eq(exchanges(ctl->stats) - before, 2);
	arena_reset(&page);
	ck_state(c, "lacks a", VALUE);
	ck_state(c, "lacks b", VALUE);
	arena_fini(&page);
}
END_TEST

START_TEST(placeholders_that_a_page_did_not_need_are_gone_with_it)
{
	struct arena page;
	struct cache *c;

	set_up("unneeded");
	c = known_page("unneeded", NULL, &page);
	fetch_on(c, &page, "unneeded a", "v1", CACHE_FRESH);
	ck_state(c, "unneeded b", PLACEHOLDER);
	arena_reset(&page);
	ck_state(c, "unneeded b", NOTHING);
	arena_fini(&page);
}
END_TEST

START_TEST(what_a_page_has_a_placeholder_for_ahead_does_not_outlive_a_change)
{
	struct cache_key key;
	struct arena page;
	struct cache *c;

	set_up("changed");
	c = known_page("changed", NULL, &page);
	key = item_of(c, "changed b").key;
	fetch_on(c, &page, "changed a", "v1", CACHE_FRESH);
	src->value = 2;
	ck_assert(cache_forget(open_cache(NULL), &arena, &key, 1));
	fetch_on(c, &page, "changed b", "v2", CACHE_FRESH); /* read after the change, but not stored */
	ck_state(c, "changed b", VOID_PLACEHOLDER);
	arena_reset(&page);
	fetch(c, "changed b", "v2", CACHE_FRESH);
	ck_state(c, "changed b", VALUE);
	arena_fini(&page);
}
END_TEST

START_TEST(large_values_are_stored_whole)
{
	struct cache *c = set_up("much");
	struct cache_item items[] = {item_of(c, "much a"), item_of(c, "much b"), item_of(c, "much c")};
	struct err e = {0};

	conf.cache_timeout_ms = 5000;
	c = open_cache(NULL);
	pad_b = 900000;
	ck_ok(cache_fetch(c, &arena, items, ARRAY_LEN(items), fill, NULL, &e), &e);
	pad_b = 0;
	ck_state(c, "much a", VALUE);
	ck_state(c, "much b", VALUE);
	ck_state(c, "much c", VALUE);
}
END_TEST

INTEG_MAIN("cache_page", true, a_page_asks_memcached_once_for_what_it_needed_the_last_time,
    what_came_ahead_is_not_kept_past_a_change, placeholders_for_all_that_a_known_page_lacks_go_in_together,
    placeholders_that_a_page_did_not_need_are_gone_with_it,
    what_a_page_has_a_placeholder_for_ahead_does_not_outlive_a_change, large_values_are_stored_whole)
