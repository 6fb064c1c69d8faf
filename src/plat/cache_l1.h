/* cache_l1.h - the hottest values in the worker's own memory.
 *
 * A ring of bytes, written round and round, and an index by key hash: bounded by construction, nothing is freed. A
 * value is valid for the epoch it was put in and for CACHE_L1_LIFE_NS at most: a writer on this host raises the epoch
 * after its delete; writers on other hosts are noticed within the life time. */
#ifndef KONTOR_PLAT_CACHE_L1_H
#define KONTOR_PLAT_CACHE_L1_H

#include "base/clock.h"
#include "base/str.h"

#define CACHE_L1_LIFE_NS (CLOCK_S / 2)

struct cache_l1;

/* Lives on the arena; size_b 0 makes one that never holds anything. */
struct cache_l1 *cache_l1_new(struct arena *, size_t size_b);

/* `value` may be up to a quarter of the ring; a larger one is not kept. until_s: the value's own soft expiry. */
void cache_l1_put(struct cache_l1 *, struct str key, struct str value, uint64_t epoch, int64_t until_s);

/* Copies the value to the arena. False when it is not there, of another epoch, or too old. */
MUST_USE bool cache_l1_find(
    struct cache_l1 *, struct arena *, struct str key, uint64_t epoch, int64_t now_s, struct str *value);

/* The same whatever its age, but not what the epoch has ended: for when nobody else can say. */
bool cache_l1_find_old(struct cache_l1 *, struct arena *, struct str key, uint64_t epoch, struct str *value);

#endif
