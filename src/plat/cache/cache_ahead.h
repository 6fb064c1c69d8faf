/* cache_ahead.h - prefetch: remembers the keys a page needed, and reads all of them in one exchange with memcached.
 *
 * A page's keys depend on one another: a product names its category, the category a list, the list names cards. Read
 * one after the other they cost an exchange per step, yet they are nearly always the same as last time. So a worker
 * remembers them by the page's name. This is only a guess: a prefetched answer is used once, when its key is requested;
 * keys not guessed are read on demand, and wrong guesses are ignored. Values are not remembered.
 *
 * The memory is a ring of bounded size, which forgets rare pages. */
#ifndef KONTOR_PLAT_CACHE_CACHE_AHEAD_H
#define KONTOR_PLAT_CACHE_CACHE_AHEAD_H

#include "plat/cache/cache_l1.h"
#include "plat/cache/memc.h"

#define CACHE_AHEAD_MAX 64 /* keys prefetched per page */

struct cache_ahead;

/* Lives on the arena. */
struct cache_ahead *cache_ahead_new(struct arena *);

/* Begins a page of this name. It ends with the arena's next reset, which stores its keys. The previous page must have
 * ended. */
void cache_ahead_begin(struct cache_ahead *, struct arena *page, struct str name);

/* Notes that the page needs this key. */
void cache_ahead_note(struct cache_ahead *, struct str key);

/* The keys that the page will probably need. Only the first call on a page returns them; later calls return 0, and so
 * do calls with another arena than the page's. Borrowed until the page ends. */
size_t cache_ahead_guess(struct cache_ahead *, const struct arena *, struct str *keys, size_t max);

/* True when the page's keys are known, so that its values are probably cached. */
bool cache_ahead_known(const struct cache_ahead *);

/* Stores the prefetched answers; drops errors. `life` must have begun before the exchange. The answers are borrowed
 * until the page ends. */
void cache_ahead_put(struct cache_ahead *, const struct memc_op *got, size_t n, const struct cache_l1_life *life);

/* Takes out the answer for a key; false: there is none. */
MUST_USE bool cache_ahead_take(
    struct cache_ahead *, struct str key, struct memc_op *got, struct cache_l1_life *life);

/* Takes out up to `max` answers with this result; none when the arena is not the page's. */
size_t cache_ahead_take_all(
    struct cache_ahead *, const struct arena *, enum memc_result, struct memc_op *got, size_t max);

#endif
