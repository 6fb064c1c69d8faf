/* stats_area.h - the bytes of the shared file; only the stats_*.c files look inside.
 *
 * Only the holder of a slot's lock writes to the slot. `backend`, `role` and `taken` are set at the first claim and
 * never change. A reader without the lock may see torn non-atomic fields (id, name), which are only displayed. */
#ifndef KONTOR_PLAT_STATS_STATS_AREA_H
#define KONTOR_PLAT_STATS_STATS_AREA_H

#include <stdalign.h>
#include <stddef.h>

#include "base/log.h"
#include "plat/stats/sending.h"
#include "plat/stats/stats.h"
#include "plat/stats/stats_report.h"

#define STATS_MAGIC UINT64_C(0x32726f746e6f4b) /* "Kontor2" */
#define STATS_ENDS 16	   /* room for ways of ending */
#define STATS_NAMES_B 16384 /* room for the names of counters and routes */
#define STATS_OTHERS 16	   /* files of other layouts that are read */

struct stats_times {
	shared_word bucket[STATS_BUCKETS];
	shared_word sum_ns;
};

/* Of the current or last request; at the end of the slot, since slots of the first layouts have none. */
struct stats_last {
	char note[LOG_NOTE_SIZE];
	struct sending sending;
};

/* All layouts have the same slot up to `count`. */
struct stats_slot {
	alignas(64) shared_word taken; /* the slot belongs to a backend */
	shared_word begun;
	shared_word ended[STATS_ENDS];
	shared_word deadline_ns; /* CLOCK_MONOTONIC: of the request; between requests: see stats_due() */
	shared_word begun_ns;
	shared_word route;
	shared_word pid, pid_space; /* for kontor-jobs' kill; pid_space 0: unknown */
	shared_word since_s;	   /* UTC, start of the present or last holder */
	shared_word retired;	   /* its backend was removed on purpose */
	uint32_t role;
	char backend[STATS_BACKEND_SIZE];
	char id[STATS_ID_SIZE];
	alignas(64) shared_word count[STAT__MAX];
	struct stats_times times[STATS_ROUTE__MAX];
	struct stats_last last;
};

/* All layouts have the same head up to `slot`. */
struct stats_area {
	shared_word magic; /* set last */
	uint64_t layout;
	char boot[SHARED_BOOT_SIZE]; /* the boot in which deadlines are valid */
	int64_t made_s;
	shared_word top; /* end of the slots ever taken */
	/* for programs with other counters */
	uint64_t slot_from, slot_b, count_from, n_counts, times_from, n_routes;
	char names[STATS_NAMES_B]; /* of the counters, then of the routes, each followed by ';' */
	struct stats_slot slot[STATS_SLOTS];
};

/* For the single writer. Release order, since the sweep relies on the id being written before `begun`. */
static inline void
stats_raise(shared_word *w, uint64_t n)
{
	atomic_store_explicit(w, shared_get(w) + n, memory_order_release);
}

/* The number of slots, from the first, that may be in use. */
static inline int
stats_top(const struct stats_area *area)
{
	uint64_t top = atomic_load(&area->top);

	return top < STATS_SLOTS ? (int)top : STATS_SLOTS;
}

/* A hash of this program's own layout. */
uint64_t stats_layout(void);

/* A slot, in the layout of the file. */
static inline struct stats_slot *
stats_at(const struct stats_area *area, int slot)
{
	return (struct stats_slot *)((uintptr_t)area + area->slot_from + area->slot_b * (uint64_t)slot);
}

/* The last request of a slot of any layout; NULL: its layout has none. */
struct stats_last *stats_last_of(const struct stats_area *, const struct stats_slot *);

/* Opens the files of other layouts in the same folder. Returns their number; the caller closes each. */
size_t stats_others(const struct stats *, bool write, struct stats other[STATS_OTHERS]);

/* Adds the counts of a slot in a file of any layout; leaves out counters that this program does not have. */
void stats_read_slot(const struct stats_area *, const struct stats_slot *, struct stats_sum *);

/* The process's own slot or NULL. */
struct stats_slot *stats_own(const struct stats *);

/* The time since the process should have ended its request or shown life; 0: it is in time. */
uint64_t stats_overdue_ns(const struct stats *, const struct stats_slot *);

/* Counts an ending by the class of its page. For the single writer, in the program's own layout. */
void stats_raise_route(struct stats_slot *, enum stats_end);

/* Requests that have ended in this slot. When read before `begun`, it never exceeds `begun`. */
uint64_t stats_ended(const struct stats_slot *);

/* True while a request is in progress. */
bool stats_in_hand(const struct stats_slot *);

/* The kernel lock of a slot: try to take it, release it, check if another process holds it. */
MUST_USE bool stats_lock(const struct stats *, int slot);
void stats_unlock(const struct stats *, int slot);
bool stats_held(const struct stats *, int slot);

/* With the lock held: counts and logs the request that the dead holder had not finished. Returns 0 or 1. */
size_t stats_settle(const struct stats_area *, int slot, bool same_boot);

#endif
