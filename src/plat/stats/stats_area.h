/* stats_area.h - the bytes of the shared file; only the stats_*.c files look inside.
 *
 * A slot is written by the holder of its lock and by nobody else. `backend`, `role` and `taken` are set once, at the
 * first claim, and never change. What is not atomic in a slot (the id, the name) may be torn for a reader without
 * the lock, and is only shown to people. */
#ifndef KONTOR_PLAT_STATS_STATS_AREA_H
#define KONTOR_PLAT_STATS_STATS_AREA_H

#include <stdalign.h>

#include "plat/stats/stats.h"
#include "plat/stats/stats_report.h"

#define STATS_MAGIC UINT64_C(0x31726f746e6f4b) /* "Kontor1" */

struct stats_times {
	shared_word bucket[STATS_BUCKETS];
	shared_word sum_ns;
};

struct stats_slot {
	alignas(64) shared_word taken; /* some backend has it */
	shared_word begun;
	shared_word ended[STATS_END__MAX];
	shared_word deadline_ns, begun_ns; /* CLOCK_MONOTONIC */
	shared_word route;
	shared_word pid, pid_space; /* for kontor-jobs' kill; pid_space 0: unknown */
	shared_word since_s;	   /* UTC, when the present or last holder came */
	shared_word retired;	   /* its backend was ended on purpose; nobody is missing */
	uint32_t role;
	char backend[STATS_BACKEND_SIZE];
	char id[STATS_ID_SIZE];
	alignas(64) shared_word count[STAT__MAX];
	struct stats_times times[STATS_ROUTE__MAX];
};

struct stats_area {
	shared_word magic; /* set last */
	uint64_t layout;
	char boot[SHARED_BOOT_SIZE]; /* the boot of the machine in which deadlines have a meaning */
	int64_t made_s;
	shared_word top; /* no slot from here on was ever taken */
	struct stats_slot slot[STATS_SLOTS];
};

/* For the single writer. The release keeps the order that the sweep relies on: first the id, then `begun`. */
static inline void
stats_raise(shared_word *w, uint64_t n)
{
	atomic_store_explicit(w, shared_get(w) + n, memory_order_release);
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

/* Under the lock: counts the request in hand of a dead holder. Returns how many there were. */
size_t stats_settle(struct stats_slot *, int slot, bool same_boot);

#endif
