/* cache_setup.h - opens the cache from the configuration. */
#ifndef KONTOR_PLAT_CACHE_CACHE_SETUP_H
#define KONTOR_PLAT_CACHE_CACHE_SETUP_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"

struct cache_setup cache_setup(const struct conf *, uint64_t salt);

#endif
