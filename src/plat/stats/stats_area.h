/* stats_area.h - the bytes of the shared file; only the stats_*.c files look inside.
 *
 * A slot is written by the holder of its lock and by nobody else. `backend`, `role` and `taken` are set once, at the
 * first claim, and never change. What is not atomic in a slot (the id, the name) may be torn for a reader without
 * the lock, and is only shown to people. */
#ifndef KONTOR_PLAT_STATS_STATS_AREA_H
#define KONTOR_PLAT_STATS_STATS_AREA_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#include "plat/stats/stats.h"
#include "plat/stats/stats_report.h"

#define STATS_MAGIC UINT64_C(0x31726f746e6f4b) /* "Kontor1" */

typedef _Atomic uint64_t stats_word;

struct stats_times {
	stats_word bucket[STATS_BUCKETS];
	stats_word sum_ns;
};

struct stats_slot {
	alignas(64) stats_word taken; /* some backend has it */
	stats_word begun;
	stats_word ended[STATS_END__MAX];
	stats_word deadline_ns, begun_ns; /* CLOCK_MONOTONIC */
	stats_word route;
	stats_word permit[PERMIT__MAX];
	stats_word pid, pid_space; /* for kontor-jobs' kill; pid_space 0: unknown */
	stats_word since_s;	   /* UTC, when the present or last holder came */
	stats_word retired;	   /* its backend was ended on purpose; nobody is missing */
	uint32_t role;
	char backend[STATS_BACKEND_SIZE];
	char id[STATS_ID_SIZE];
	alignas(64) stats_word count[STAT__MAX];
	struct stats_times times[STATS_ROUTE__MAX];
};

/* Several write here: each word is changed by one atomic operation. */
struct stats_breaker {
	stats_word opened_ns; /* 0: closed; else when it opened or was last probed */
	stats_word window;    /* first failure of the window in ms, and the failures: see stats_permit.c */
	stats_word in_row;    /* failures since the last success */
};

struct stats_area {
	stats_word magic; /* set last */
	uint64_t layout;
	char boot[40]; /* the boot of the machine in which deadlines and breakers have a meaning */
	int64_t made_s;
	alignas(64) stats_word epoch;
	stats_word paused;
	stats_word top; /* no slot from here on was ever taken */
	struct stats_breaker breaker[BREAKER__MAX];
	struct stats_slot slot[STATS_SLOTS];
};

static inline uint64_t
stats_get(const stats_word *w)
{
	return atomic_load_explicit(w, memory_order_relaxed);
}

static inline void
stats_set(stats_word *w, uint64_t v)
{
	atomic_store_explicit(w, v, memory_order_relaxed);
}

/* For the single writer. The release keeps the order that the sweep relies on: first the id, then `begun`. */
static inline void
stats_raise(stats_word *w, uint64_t n)
{
	atomic_store_explicit(w, stats_get(w) + n, memory_order_release);
}

/* How many slots, from the first, may be in use. */
static inline int
stats_top(const struct stats_area *area)
{
	uint64_t top = atomic_load(&area->top);

	return top < STATS_SLOTS ? (int)top : STATS_SLOTS;
}

/* The process's own slot or NULL. */
struct stats_slot *stats_own(const struct stats *);

/* Requests that have ended in this slot. Read before `begun`, it never is more. */
uint64_t stats_ended(const struct stats_slot *);

/* The kernel's lock of a slot: try to take, give back, ask whether some other process holds it. */
MUST_USE bool stats_lock(const struct stats *, int slot);
void stats_unlock(const struct stats *, int slot);
bool stats_held(const struct stats *, int slot);

/* Under the lock: counts the request in hand of a dead holder and takes its permits. Returns how many there were. */
size_t stats_settle(struct stats_slot *, int slot, bool same_boot);

#endif
