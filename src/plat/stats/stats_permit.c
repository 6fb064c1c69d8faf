/* Permits and breakers. A permit is asked for by raising one's own flag first and counting the others' after it: two
 * who ask for the last one at the same time may both be refused, but never both be given it. */
#include <sched.h>

#include "base/clock.h"
#include "plat/stats/stats_area.h"

#define BREAKER_FAILURES 5
#define BREAKER_WINDOW_MS 1000
#define PROBE_EVERY_NS CLOCK_S
#define PERMIT_TRIES 3
#define COUNT_BITS 16

static int
count_holders(const struct stats *st, enum permit which)
{
	int n = 0;

	for (int i = 0; i < stats_top(st->area); i++) {
		const struct stats_slot *s = &st->area->slot[i];

		if (stats_get(&s->taken) != 0 && atomic_load(&s->permit[which]) != 0 && stats_held(st, i))
			n++;
	}
	return n;
}

/* A process has each permit once. */
static bool
take_permit(struct stats *st, enum permit which, int max)
{
	struct stats_slot *s = stats_own(st);

	if (s == NULL)
		return true;
	for (int i = 0; i < PERMIT_TRIES; i++) {
		atomic_store(&s->permit[which], 1);
		if (count_holders(st, which) <= max)
			return true;
		atomic_store(&s->permit[which], 0);
		sched_yield();
	}
	return false;
}

bool
stats_permit(struct stats *st, enum permit which, int max)
{
	if (take_permit(st, which, max))
		return true;
	stats_add(st, STAT_permit_refused, 1);
	return false;
}

void
stats_permit_release(struct stats *st, enum permit which)
{
	struct stats_slot *s = stats_own(st);

	if (s != NULL)
		atomic_store(&s->permit[which], 0);
}

static struct stats_breaker *
shared_breaker(const struct stats *st, enum breaker which)
{
	return st == NULL || st->area == NULL || !st->writable ? NULL : &st->area->breaker[which];
}

static enum permit
probe_of(enum breaker which)
{
	return which == BREAKER_DB ? PERMIT_PROBE_DB : PERMIT_PROBE_CACHE;
}

/* The compare-and-swap lets one process a second try; the permit keeps a second probe out while one is under way. */
static bool
may_probe(struct stats *st, struct stats_breaker *b, enum breaker which, uint64_t opened_ns)
{
	uint64_t now_ns = clock_mono_ns();

	return now_ns >= opened_ns + PROBE_EVERY_NS && atomic_compare_exchange_strong(&b->opened_ns, &opened_ns, now_ns)
	       && take_permit(st, probe_of(which), 1);
}

bool
breaker_allow(struct stats *st, enum breaker which)
{
	struct stats_breaker *b = shared_breaker(st, which);
	uint64_t opened_ns = b == NULL ? 0 : atomic_load(&b->opened_ns);

	if (opened_ns == 0 || may_probe(st, b, which, opened_ns))
		return true;
	stats_add(st, STAT_breaker_refused, 1);
	return false;
}

void
breaker_success(struct stats *st, enum breaker which)
{
	struct stats_breaker *b = shared_breaker(st, which);

	if (b == NULL)
		return;
	stats_permit_release(st, probe_of(which));
	if (stats_get(&b->in_row) != 0)
		atomic_store(&b->in_row, 0);
	if (atomic_load(&b->opened_ns) != 0) {
		atomic_store(&b->window, 0);
		atomic_store(&b->opened_ns, 0);
		log_put(LOG_INFO, "event=breaker_closed service=%s", which == BREAKER_DB ? "db" : "cache");
	}
}

/* One more failure in the window; the number of them now. Failures in a row count without regard to time: a stopped
 * server makes each caller wait for seconds, so that a few workers never have five failures in one. */
static uint64_t
note_failure(struct stats_breaker *b)
{
	uint64_t old = atomic_load(&b->window), now_ms = clock_mono_ns() / CLOCK_MS, fresh;

	do {
		if (old == 0 || now_ms > (old >> COUNT_BITS) + BREAKER_WINDOW_MS)
			fresh = now_ms << COUNT_BITS | 1;
		else if ((old & ((1 << COUNT_BITS) - 1)) == (1 << COUNT_BITS) - 1)
			fresh = old;
		else
			fresh = old + 1;
	} while (!atomic_compare_exchange_weak(&b->window, &old, fresh));
	fresh &= (1 << COUNT_BITS) - 1;
	old = atomic_fetch_add(&b->in_row, 1) + 1;
	return fresh > old ? fresh : old;
}

void
breaker_failure(struct stats *st, enum breaker which)
{
	struct stats_breaker *b = shared_breaker(st, which);
	uint64_t closed = 0;

	if (b == NULL)
		return;
	stats_permit_release(st, probe_of(which));
	if (note_failure(b) < BREAKER_FAILURES || atomic_load(&b->opened_ns) != 0)
		return;
	if (atomic_compare_exchange_strong(&b->opened_ns, &closed, clock_mono_ns())) {
		stats_add(st, STAT_breaker_opened, 1);
		log_put(LOG_WARN, "event=breaker_opened service=%s", which == BREAKER_DB ? "db" : "cache");
	}
}

bool
breaker_is_open(struct stats *st, enum breaker which)
{
	return st != NULL && st->area != NULL && stats_get(&st->area->breaker[which].opened_ns) != 0;
}
