/* stats.h - the counters that all processes share. State by which they decide is in plat/control.
 *
 * One file is mapped by every process. Each process owns a slot in it and is the only one that writes there, with
 * plain relaxed stores; readers take no lock. The slot is held by a lock of the kernel (F_OFD_SETLK) on its bytes of
 * the file for as long as the process lives, so that a death is known for certain, whatever its cause.
 *
 * What must stay true:
 *  - A slot belongs to one backend for ever; what a dead process counted stays in its slot and the next owner of the
 *    slot goes on adding. So totals survive restarts, never go backwards, and are right per worker and per backend.
 *  - begun = sum of the endings + (1 when a request is in hand). Whoever obtains the lock of a slot that has a
 *    request in hand logs it and adds the missing ending: crashed, or hung when its deadline had passed.
 *  - The file's name carries a hash of the layout, since old and new programs overlap in an upgrade. Each file says
 *    what it holds, so that programs with other counters add it to their totals.
 *
 * Every function takes a struct stats without a slot too (tools; NULL): then nothing is counted. */
#ifndef KONTOR_PLAT_STATS_STATS_H
#define KONTOR_PLAT_STATS_STATS_H

#include "base/buf.h"
#include "base/err.h"
#include "plat/stats/shared.h"

#define STATS_ID_SIZE 33      /* 32 characters and a NUL */
#define STATS_BACKEND_SIZE 32 /* with its NUL */
#define STATS_SLOTS 256

/* The counters: STAT_db_queries and so on. */
enum stats_counter {
#define COUNTER(name, unit, help) STAT_##name,
#define LABELLED(name, metric, label, unit, help) STAT_##name,
#include "plat/stats/counters.def"
#undef COUNTER
#undef LABELLED
	STAT__MAX
};

/* How a request ended. The first five are for the worker; the sweep adds the last two. */
enum stats_end {
	STATS_ANSWERED, /* the intended page, a redirect, 304 */
	STATS_REFUSED,	/* 4xx: the client's doing */
	STATS_ABORTED,	/* the client hung up */
	STATS_HANDLED,	/* a failure, and the client got the complete error page */
	STATS_CUT,	/* a failure, and the answer could not be completed */
	STATS_CRASHED,
	STATS_HUNG,
	STATS_END__MAX
};

/* The classes of routes whose request times are told apart. */
enum stats_route {
#define ROUTE_CLASS(name) STATS_ROUTE_##name,
#include "plat/stats/route_class.def"
#undef ROUTE_CLASS
	STATS_ROUTE__MAX
};

enum stats_role { STATS_WORKER, STATS_JOBS };

struct stats_area;

struct stats {
	struct shared file;
	struct stats_area *area; /* NULL: nothing is shared */
	int slot;		 /* -1: none */
};

/* ---- a process and its slot ---- */

/* Maps the file `path` + "." + layout hash, making it when it is missing. ERR_UPSTREAM when it cannot be had. */
MUST_USE bool stats_open(struct stats *, const char *path, struct err *);

/* The same for a tool: the file must be there, or one of another layout (else ERR_NOT_FOUND). `write` is for those
 * that retire a backend. */
MUST_USE bool stats_open_tool(struct stats *, const char *path, bool write, struct err *);

/* Takes a slot of this backend for life. ERR_LIMIT when there is none. stats_claim() is for storefront workers. */
MUST_USE bool stats_claim(struct stats *, const char *backend, struct err *);
MUST_USE bool stats_claim_as(struct stats *, enum stats_role, const char *name, struct err *);

/* Opens and claims, unless that is done and sound; between two requests only. On failure the old mapping stays. */
MUST_USE bool stats_join(struct stats *, const char *path, enum stats_role, const char *name, struct err *);

/* The process has a slot, and the path still leads to the file that it maps; else ERR_BUSY. */
MUST_USE bool stats_sound(const struct stats *, struct err *);

/* The backend was ended on purpose: its counts stay, and none of its dead workers is missed. Until a worker of it comes
 * again. */
void stats_retire(struct stats *, const char *backend);

/* Gives the slot free and unmaps. Needed by tests only: the end of the process does the same. */
void stats_close(struct stats *);

/* A private area in memory with a slot; never fails; stays for the life of the process. For tests. */
struct stats *stats_none(void);

/* ---- requests ---- */

/* A request begins; `id` is copied. The route may be given later with stats_route(). */
void stats_begin(struct stats *, const char id[STATS_ID_SIZE], uint64_t deadline_ns, enum stats_route);
void stats_route(struct stats *, enum stats_route);

/* It ended; once for each stats_begin(). */
void stats_end(struct stats *, enum stats_end);

/* ---- counters ---- */

void stats_add(struct stats *, enum stats_counter, uint64_t n);

/* Counts an error by its kind. */
void stats_error(struct stats *, enum err_kind);

/* ---- the dead and the stuck ---- */

/* Settles the slots of the dead: logs each request that was in hand and counts its ending. Any number of processes
 * may do this at once; each death is counted once. Returns how many were counted. */
size_t stats_sweep(struct stats *);

/* Kills (SIGKILL through a pidfd) the holders of requests that are past deadline + grace_ns + 1 s: stopped processes,
 * which no timer of their own can end. The next sweep counts them. Returns how many. */
size_t stats_kill_stuck(struct stats *, uint64_t grace_ns);

#endif
