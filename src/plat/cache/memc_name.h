/* memc_name.h - parses a memcached server of cache.socket. */
#ifndef KONTOR_PLAT_CACHE_MEMC_NAME_H
#define KONTOR_PLAT_CACHE_MEMC_NAME_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define MEMC_PORT 11211
#define MEMC_WEIGHT_MAX 100

struct memc_name {
	struct str host; /* a socket's path, a host name, or an address without brackets; NUL-terminated */
	uint16_t port;	 /* 0: a socket's path */
	uint32_t weight; /* its share of the keys, relative to the others */
};

/* A path, host, host:port, an IPv6 address, or [address]:port; each may end in "/?" and a weight, as in libmemcached's
 * own notation. ERR_INPUT names the fault. */
MUST_USE bool memc_name_parse(struct arena *, struct str text, struct memc_name *, struct err *);

#endif
