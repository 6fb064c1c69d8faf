/* memc.h - memcached behind a few operations whose results tell apart what libmemcached's codes blur.
 *
 * All time-outs are set, servers are never ejected (a server that comes back would answer with what it held before),
 * nothing is sent without waiting for its answer. After any error the connection is dropped: a late answer to an old
 * question must not be read as the answer to the next one. A time-out is MEMC_ERROR, never MEMC_MISS. */
#ifndef KONTOR_PLAT_MEMC_H
#define KONTOR_PLAT_MEMC_H

#include "base/err.h"
#include "base/str.h"
#include "plat/conf.h"

struct memc;

enum memc_result {
	MEMC_OK,
	MEMC_MISS,   /* get, delete: not there */
	MEMC_EXISTS, /* add: there is a value; cas: it was changed or is gone */
	MEMC_ERROR   /* time-out, no connection, protocol error */
};

/* One key asked for and what came back; `value` lies on the arena of memc_get(). */
struct memc_item {
	struct str key;
	struct str value;
	uint64_t cas;
	enum memc_result result;
};

/* Makes a client for the configured servers; no connection is made yet. It lives on the arena. */
MUST_USE bool memc_open(struct arena *, const struct conf *, struct memc **, struct err *);

/* One round trip per server for all keys. Every item gets its result. */
void memc_get(struct memc *, struct arena *, struct memc_item *items, size_t n);

/* The same, but the values are not kept: only the results are told. */
void memc_has(struct memc *, struct arena *, struct memc_item *items, size_t n);

/* ttl_s <= 30 days. */
MUST_USE enum memc_result memc_add(struct memc *, struct str key, struct str value, int ttl_s);
MUST_USE enum memc_result memc_cas(struct memc *, struct memc_item *, struct str value, int ttl_s);
MUST_USE enum memc_result memc_delete(struct memc *, struct str key);

/* Forgets everything that the server holds. MEMC_MISS: it does not run, so it holds nothing. For a
 * client with one server: of several, only the last one's trouble is known. */
MUST_USE enum memc_result memc_flush(struct memc *);

/* The library's words for the last error; borrowed. */
const char *memc_error(const struct memc *);

#endif
