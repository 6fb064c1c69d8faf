/* cache_l1.h - the hottest values in the worker's own memory.
 *
 * A ring of bytes, written round and round, and an index by key hash: bounded by construction, nothing is freed. A
 * value is valid for the epoch it was put in and for CACHE_L1_LIFE_NS at most: a writer on this host raises the epoch
 * after its delete; writers on other hosts are noticed within the life time. */
#ifndef KONTOR_PLAT_CACHE_CACHE_L1_H
#define KONTOR_PLAT_CACHE_CACHE_L1_H

#include "base/clock.h"
#include "base/str.h"

#define CACHE_L1_LIFE_NS (CLOCK_S / 2)

struct cache_l1;

/* How long a value is good: the epoch that was read before it was fetched, when that was, and its own soft expiry. */
struct cache_l1_life {
	uint64_t epoch, from_ns;
	int64_t until_s;
};

/* What cache_l1_find() compares a life with. */
struct cache_l1_now {
	uint64_t epoch, mono_ns;
	int64_t utc_s;
};

/* Lives on the arena; size_b 0 makes one that never holds anything. */
struct cache_l1 *cache_l1_new(struct arena *, size_t size_b);

/* Forgets everything, also what cache_l1_find_old() would still give. */
void cache_l1_empty(struct cache_l1 *);

/* `value` may be up to a quarter of the ring; a larger one is not kept. */
void cache_l1_put(struct cache_l1 *, struct str key, struct str value, const struct cache_l1_life *);

/* The same of a value in two parts. */
void cache_l1_put_both(
    struct cache_l1 *, struct str key, struct str head, struct str rest, const struct cache_l1_life *);

/* The value where it lies: borrowed until the next cache_l1_put(). False when it is not there, of another epoch, or
 * too old. `life` may be NULL. */
MUST_USE bool cache_l1_find(
    struct cache_l1 *, struct str key, const struct cache_l1_now *, struct str *value, struct cache_l1_life *life);

/* The same whatever its age, but not what the epoch has ended: for when nobody else can say. */
MUST_USE bool cache_l1_find_old(struct cache_l1 *, struct str key, uint64_t epoch, struct str *value);

/* Whether the key was asked for here within the life time before: what is asked for once only would push out what is
 * hot. */
bool cache_l1_again(struct cache_l1 *, struct str key, uint64_t mono_ns);

#endif
