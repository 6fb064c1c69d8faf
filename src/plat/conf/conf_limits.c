#include "plat/conf/conf_limits.h"

/* A window has four bytes per request, and each allowed request transfers it twice. One that all clients share is
 * changed by all workers at once, so it must be small. */
#define WINDOW_MOST 2000
#define WINDOW_MOST_PER_ALL 200
#define HOST_MOST 10000000

static const struct {
	const char *name;
	size_t offset;
	unsigned flags;
} limits[LIMIT__MAX] = {
#define LIMIT(name, rates, flags, help) {#name, offsetof(struct conf, limits_##name), flags},
#include "plat/conf/limits.def"
#undef LIMIT
};

const char *
limit_name(enum limit limit)
{
	return limits[limit].name;
}

unsigned
limit_flags(enum limit limit)
{
	return limits[limit].flags;
}

bool
limit_rates(const struct conf *c, enum limit limit, struct rates *r, struct err *e)
{
	const struct str *setting = (const struct str *)((const char *)c + limits[limit].offset);
	bool host = (limits[limit].flags & LIMIT_HOST) != 0;
	const struct rate_bounds bounds = {host ? HOST_MOST : WINDOW_MOST, WINDOW_MOST_PER_ALL, host};

	return rates_parse(*setting, &bounds, r, e) || err_context(e, "limits.%s", limits[limit].name);
}
