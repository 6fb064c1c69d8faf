#include "plat/cache/cache_impl.h"

static const struct {
	const char *name;
	bool in_l1, stale;
	enum stats_counter counter[5];
} classes[CACHE__MAX] = {
#define CLASS(name, l1, stale, help)                                                                                   \
	[CACHE_##name] = {#name, l1, stale,                                                                          \
	    {STAT_cache_##name##_hits, STAT_cache_##name##_misses, STAT_cache_##name##_errors,                        \
		STAT_cache_##name##_stale, STAT_cache_##name##_fills}},
#include "plat/cache/cache.def"
#undef CLASS
};

const char *
cache_class_name(enum cache_class cls)
{
	return classes[cls].name;
}

bool
cache_class_in_l1(enum cache_class cls)
{
	return classes[cls].in_l1;
}

bool
cache_class_stale(enum cache_class cls)
{
	return classes[cls].stale;
}

void
cache_count(struct cache *c, const struct cache_work *w, enum cache_counter counter)
{
	stats_add(c->st, classes[w->item->key.cls].counter[counter], 1);
}

void
cache_count_lookup(struct cache *c, struct cache_work *w, enum cache_counter counter)
{
	if (!w->counted)
		cache_count(c, w, counter);
	w->counted = true;
}
