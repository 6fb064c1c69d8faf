#include "web/aggregate.h"

#include "store/outbox_store.h"
#include "view/encode.h"
#include "view/lang.h"

static bool (*const fills[CACHE__MAX])(const struct page_ctx *, struct view **, struct err *) = {
#define AGGREGATE(name, l1, subject, help) [CACHE_##name] = aggregate_##name,
#include "plat/cache/cache.def"
};

static bool
aggregate_fill(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	const struct page_ctx *cx = arg;

	for (size_t i = 0; i < n; i++) {
		struct view *v;

		if (!fills[want[i]->key.cls](cx, &v, e) || !view_encoded(a, v, &want[i]->value, e))
			return false;
	}
	return true;
}

/* Trees without html. Lists contain objects only. */
static const struct view_shape no_fields[] = {{0}};
static const struct view_shape shape = {.types = VIEW_IS(VIEW_LIST) | VIEW_IS(VIEW_OBJECT), .fields = no_fields};

static bool
aggregate_read(struct arena *a, struct cache_item *item, struct str value, struct err *e)
{
	struct view *v;

	if (!view_decode(a, value, &shape, &v, e))
		return false;
	item->made = v;
	return true;
}

bool
aggregate_get(const struct page_ctx *cx, enum cache_class cls, struct view **out, struct err *e)
{
	struct cache_item item = {
	    .key = cache_key(cx->cache, cls, cx->lang->tag, OUTBOX_AGGREGATE_ID), .read = aggregate_read};

	ASSERT(fills[cls] != NULL);
	if (!cache_fetch(cx->cache, cx->a, &item, 1, aggregate_fill, (void *)(uintptr_t)cx, e))
		return false;
	*out = item.made;
	return true;
}
