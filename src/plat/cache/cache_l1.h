/* cache_l1.h - the hottest values in the worker's own memory.
 *
 * A ring of bytes, written round and round, and an index by key hash: bounded by construction, nothing is freed. A
 * value is valid only in its epoch, and for CACHE_L1_LIFE_NS at most. A writer on this host raises the epoch after its
 * delete; changes by other hosts take effect within that life. */
#ifndef KONTOR_PLAT_CACHE_CACHE_L1_H
#define KONTOR_PLAT_CACHE_CACHE_L1_H

#include "base/clock.h"
#include "base/str.h"

#define CACHE_L1_LIFE_NS (CLOCK_S / 2)

struct cache_l1;

/* The life of a value: the epoch and time read before it was fetched, and its own soft expiry. */
struct cache_l1_life {
	uint64_t epoch, from_ns;
	int64_t until_s;
};

/* The present, which cache_l1_find() compares a life with. */
struct cache_l1_now {
	uint64_t epoch, mono_ns;
	int64_t utc_s;
};

/* Allocated on the arena; with size_b 0 it never stores anything. */
struct cache_l1 *cache_l1_new(struct arena *, size_t size_b);

/* Drops all values, including those for cache_l1_find_old(). */
void cache_l1_empty(struct cache_l1 *);

/* Stores a value of at most a quarter of the ring; ignores a larger one. */
void cache_l1_put(struct cache_l1 *, struct str key, struct str value, const struct cache_l1_life *);

/* The same for a value in two parts. */
void cache_l1_put_both(
    struct cache_l1 *, struct str key, struct str head, struct str rest, const struct cache_l1_life *);

/* The value in place, borrowed until the next cache_l1_put(). False when absent, of another epoch, or too old. `life`
 * may be NULL. */
MUST_USE bool cache_l1_find(
    struct cache_l1 *, struct str key, const struct cache_l1_now *, struct str *value, struct cache_l1_life *life);

/* The same regardless of age, but only of this epoch: the last resort when no other source answers. */
MUST_USE bool cache_l1_find_old(struct cache_l1 *, struct str key, uint64_t epoch, struct str *value);

/* True when the key was requested within the last life time: keys requested only once would evict hot ones. */
bool cache_l1_again(struct cache_l1 *, struct str key, uint64_t mono_ns);

#endif
