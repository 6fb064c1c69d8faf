/* limiter.h - decides if a limit allows a request.
 *
 * All hosts share a moving window (base/rate.h) in memcached, changed by gets and cas, so that never more than N
 * requests are allowed in any period, by whatever worker of whatever host. A request takes two exchanges, two more for
 * each race it loses to another worker, and is refused after LIMITER_TRIES. If the window is full, it takes one.
 *
 * Each host counts too (plat/control/tally.h). It decides alone for limits without memcached, and for all while
 * memcached does not answer. When memcached has lost its windows, it keeps the host from allowing more than twice the
 * limit.
 *
 * Windows are exact but for evictions by memcached and for differences between the clocks of the hosts. They are sealed
 * like all values in memcached: whoever can write there can replay an older window or delete it, nothing else. */
#ifndef KONTOR_PLAT_CACHE_LIMITER_H
#define KONTOR_PLAT_CACHE_LIMITER_H

#include "plat/cache/cache.h"
#include "plat/control/tally.h"

#define LIMITER_TRIES 4

enum limiter_end {
	LIMITER_ALLOWED,
	LIMITER_REFUSED,
	LIMITER_RACED,	  /* refused, since each try lost to another worker */
	LIMITER_UNCOUNTED /* neither memcached nor the host could count: the caller decides */
};

struct limiter {
	struct cache *cache; /* NULL: the host decides */
	struct tally *tally;
	struct arena *a;
};

/* A limit and a client, of the kind that rates->per says; for RATE_PER_ALL it is ignored. */
struct limiter_ask {
	const char *name; /* of the limit; shorter than TALLY_NAME_B */
	const struct rates *rates;
	uint8_t client[TALLY_CLIENT_B];
};

struct limiter_answer {
	enum limiter_end end;
	bool by_host;  /* memcached was not asked, or did not answer */
	unsigned lost; /* races */
	uint64_t at_ms; /* UTC: the time that was counted */
	struct rate_left left[RATE_MAX]; /* after this request */
};

void limiter_take(const struct limiter *, const struct limiter_ask *, struct limiter_answer *);

/* Forgets all requests of a client, on all hosts; on this host also those of limits without memcached. ERR_UPSTREAM if
 * memcached did not confirm: other hosts may then still count them. */
MUST_USE bool limiter_release(const struct limiter *, const struct limiter_ask *, struct err *);

#endif
