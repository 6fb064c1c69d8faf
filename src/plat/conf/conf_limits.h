/* conf_limits.h - the rate limits (limits.def) as configured. */
#ifndef KONTOR_PLAT_CONF_CONF_LIMITS_H
#define KONTOR_PLAT_CONF_CONF_LIMITS_H

#include "base/rate.h"
#include "plat/conf/conf.h"

enum limit {
#define LIMIT(name, rates, flags, help) LIMIT_##name,
#include "plat/conf/limits.def"
#undef LIMIT
	LIMIT__MAX
};

enum limit_flag {
	LIMIT_HOST = 1 << 0,  /* counted on each host alone, for every page, per address */
	LIMIT_CLOSED = 1 << 1 /* refused when it cannot be counted */
};

/* The values of a row's column in routes.def. */
#define LIMITED(name) (1U << LIMIT_##name)

const char *limit_name(enum limit);
unsigned limit_flags(enum limit);

/* Parses the setting. ERR_INPUT names what is wrong. */
MUST_USE bool limit_rates(const struct conf *, enum limit, struct rates *, struct err *);

#endif
