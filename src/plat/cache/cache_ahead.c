#include "plat/cache/cache_ahead.h"

#include <string.h>

#include "base/arena.h"

#define RING_B ((size_t)1 << 20) /* some 3,000 pages of a dozen keys */
#define NOTES_B ((size_t)4 << 10)
#define WORTH_IT 2 /* with fewer keys a prefetch does not pay */

struct ahead_got {
	struct memc_op op;
	struct cache_l1_life life;
};

struct cache_ahead {
	struct cache_l1 *ring;
	struct arena *page; /* of the current page */
	struct str name;    /* of the page; none: no page begun */
	bool guessed, known;
	char notes[NOTES_B]; /* the page's keys, each followed by a blank, which no key contains */
	size_t notes_b, n_notes;
	struct ahead_got got[CACHE_AHEAD_MAX]; /* prefetched answers */
	size_t n_got;
};

struct cache_ahead *
cache_ahead_new(struct arena *a)
{
	struct cache_ahead *h = ARENA_NEW(a, struct cache_ahead);

	h->ring = cache_l1_new(a, RING_B);
	return h;
}

static bool
find(struct cache_ahead *h, struct str *keys)
{
	return cache_l1_find_old(h->ring, h->name, 0, keys);
}

static void
end_page(void *arg)
{
	const struct cache_l1_life for_ever = {.from_ns = 1, .until_s = INT64_MAX};
	struct cache_ahead *h = arg;
	struct str notes = str_n(h->notes, h->notes_b), known;

	if (h->n_notes >= WORTH_IT && !(find(h, &known) && str_eq(known, notes)))
		cache_l1_put(h->ring, h->name, notes, &for_ever);
	h->name = STR_NONE;
	h->n_got = 0;
}

void
cache_ahead_begin(struct cache_ahead *h, struct arena *page, struct str name)
{
	ASSERT(h->name.n == 0 && name.n > 0);
	h->page = page;
	h->name = name;
	h->guessed = h->known = false;
	h->notes_b = h->n_notes = 0;
	arena_defer(page, end_page, h);
}

void
cache_ahead_note(struct cache_ahead *h, struct str key)
{
	if (h->name.n == 0 || key.n + 1 > NOTES_B - h->notes_b)
		return;
	memcpy(h->notes + h->notes_b, key.p, key.n);
	h->notes[h->notes_b + key.n] = ' ';
	h->notes_b += key.n + 1;
	h->n_notes++;
}

size_t
cache_ahead_guess(struct cache_ahead *h, const struct arena *a, struct str *keys, size_t max)
{
	struct str rest;
	size_t n = 0;

	if (h->name.n == 0 || h->page != a || h->guessed || !find(h, &rest))
		return 0;
	h->guessed = h->known = true;
	while (n < max && rest.n > 0 && str_cut(&rest, ' ', &keys[n]))
		n++;
	return n;
}

bool
cache_ahead_known(const struct cache_ahead *h)
{
	return h->name.n > 0 && h->known;
}

void
cache_ahead_put(struct cache_ahead *h, const struct memc_op *got, size_t n, const struct cache_l1_life *life)
{
	for (size_t i = 0; i < n && h->n_got < CACHE_AHEAD_MAX; i++)
		if (got[i].result != MEMC_ERROR)
			h->got[h->n_got++] = (struct ahead_got){got[i], *life};
}

static void
ahead_remove(struct cache_ahead *h, size_t i)
{
	h->got[i] = h->got[--h->n_got];
}

bool
cache_ahead_take(struct cache_ahead *h, struct str key, struct memc_op *got, struct cache_l1_life *life)
{
	for (size_t i = 0; i < h->n_got; i++) {
		if (!str_eq(h->got[i].op.key, key))
			continue;
		*got = h->got[i].op;
		*life = h->got[i].life;
		ahead_remove(h, i);
		return true;
	}
	return false;
}

size_t
cache_ahead_take_all(
    struct cache_ahead *h, const struct arena *a, enum memc_result result, struct memc_op *got, size_t max)
{
	size_t n = 0;

	for (size_t i = h->page == a ? h->n_got : 0; i-- > 0 && n < max;) {
		if (h->got[i].op.result != result)
			continue;
		got[n++] = h->got[i].op;
		ahead_remove(h, i);
	}
	return n;
}
