/* cache_ahead.h - which keys a page needed the last time, so that one exchange with memcached brings all of them.
 *
 * A page's keys depend on one another: a product names its category, the category a list, the list names cards.
 * Asked for as they become known they cost an exchange for each step, and yet they are nearly always those of the last
 * time. So a worker remembers them by the page's name. That is a guess and nothing more: an answer that came ahead goes
 * to whoever asks for its very key, once; what was not guessed is asked for as it becomes known, and what was guessed
 * wrongly is left lying. Nothing is remembered of the values.
 *
 * A ring of bounded size; what is asked for seldom is forgotten. */
#ifndef KONTOR_PLAT_CACHE_CACHE_AHEAD_H
#define KONTOR_PLAT_CACHE_CACHE_AHEAD_H

#include "plat/cache/cache_l1.h"
#include "plat/cache/memc.h"

#define CACHE_AHEAD_MAX 64 /* keys of a page that are asked for ahead */

struct cache_ahead;

/* Lives on the arena. */
struct cache_ahead *cache_ahead_new(struct arena *);

/* Begins a page of this name, which ends with the arena's next reset: then its keys are remembered. A page that was
 * begun before must have ended. */
void cache_ahead_begin(struct cache_ahead *, struct arena *page, struct str name);

/* The page needs this key. */
void cache_ahead_note(struct cache_ahead *, struct str key);

/* The keys that the page will need, as far as known: the first call on a page gives them, later ones give 0, and so
 * does one whose answers would come on another arena than the page's. Borrowed until the page ends. */
size_t cache_ahead_guess(struct cache_ahead *, const struct arena *, struct str *keys, size_t max);

/* The page's keys are known: what it asks for is probably there. */
bool cache_ahead_known(const struct cache_ahead *);

/* The answers about them; errors are dropped. `life` began before memcached was asked. Borrows until the page ends. */
void cache_ahead_put(struct cache_ahead *, const struct memc_op *got, size_t n, const struct cache_l1_life *life);

/* The answer about a key, which is then no longer there; false: there is none. */
MUST_USE bool cache_ahead_take(
    struct cache_ahead *, struct str key, struct memc_op *got, struct cache_l1_life *life);

/* Takes all answers, to `max`, of this result; none when the arena is not the page's. */
size_t cache_ahead_take_all(
    struct cache_ahead *, const struct arena *, enum memc_result, struct memc_op *got, size_t max);

#endif
