#include "plat/cache/cache_impl.h"

/* Deletes our placeholders for prefetched keys that the page did not request, so that nobody waits for them. */
static void
end_guesses(struct cache *c)
{
	struct memc_op ops[CACHE_AHEAD_MAX];
	size_t n = cache_ahead_take_all(c->ahead, c->page_arena, MEMC_OK, ops, CACHE_AHEAD_MAX), m = 0;

	for (size_t i = 0; i < n; i++) {
		struct cache_stored s;

		cache_stored_parse(ops[i].value, &s);
		if (s.kind == CACHE_STORED_PLACEHOLDER && s.placeholder.worker == c->placeholder.worker)
			ops[m++] = (struct memc_op){MEMC_CAS, .key = ops[i].key, .token = ops[i].token, .ttl_s = -1};
	}
	if (m > 0)
		cache_exchange(c, NULL, ops, m, CACHE_QUIET);
}

static void
end_page(void *arg)
{
	struct cache *c = arg;

	end_guesses(c);
	c->page_arena = NULL;
}

void
cache_page_begin(struct cache *c, struct arena *a, struct str name)
{
	cache_ahead_begin(c->ahead, a, name);
	c->page_arena = a;
	arena_defer(a, end_page, c);
	c->page = (struct cache_l1_life){control_epoch(c->ctl), clock_mono_ns(), INT64_MAX};
	c->page_whole = true;
}

bool
cache_page_find(struct cache *c, struct str key, struct str *page)
{
	const struct cache_l1_now now = cache_l1_now(c);

	if (!cache_l1_find(c->pages, key, &now, page, NULL))
		return false;
	stats_add(c->st, STAT_cache_page_hits, 1);
	stats_add(c->st, STAT_cache_l1_hits, 1);
	return true;
}

bool
cache_page_wanted(struct cache *c, struct str key)
{
	stats_add(c->st, STAT_cache_page_misses, 1);
	return c->page_whole && cache_l1_again(c->pages, key, clock_mono_ns());
}

void
cache_page_keep(struct cache *c, struct str key, struct str head, struct str body)
{
	cache_l1_put_both(c->pages, key, head, body, &c->page);
}
