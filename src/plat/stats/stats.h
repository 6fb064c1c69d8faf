/* stats.h - the counters that all processes share. Control state is in plat/control.
 *
 * One file is mapped by every process. Each process owns a slot in it and is the only one that writes there, with plain
 * relaxed stores; readers take no lock. A kernel lock (F_OFD_SETLK) on the slot's bytes is held while the process
 * lives, so that every death is detected, whatever its cause.
 *
 * Invariants:
 *  - A slot belongs to one backend for ever. The counts of a dead process stay in its slot, and the next owner
 *    continues them. So totals survive restarts, never decrease, and are correct per worker and per backend.
 *  - begun = sum of the endings + (1 while a request is in progress). A process that gets the lock of a slot with a
 *    request in progress logs it and adds the missing ending: crashed, or hung if its deadline has passed; if the
 *    answer was begun, cut off, or the ending of the complete answer (sending.h).
 *  - The file's name contains a hash of the layout, since old and new programs overlap during an upgrade. Each file
 *    describes its contents, so that programs with other counters can add it to their totals.
 *
 * Every function also accepts NULL or a struct stats without a slot (tools), and then counts nothing. */
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

/* How a request ended. The last three, which the sweep adds, and HANDLED are failures. */
enum stats_end {
	STATS_ANSWERED, /* the intended page, a redirect, 304 */
	STATS_REFUSED,	/* 4xx: caused by the client */
	STATS_ABORTED,	/* the client closed the connection */
	STATS_HANDLED,	/* the client got the complete error page */
	STATS_CUT,	/* unhandled: the worker died within the answer */
	STATS_CRASHED,	/* the worker died before its answer, so the web server sent the error page */
	STATS_HUNG,	/* the same, past its deadline */
	STATS_LATE,	/* answered after the web server had given up and sent its own error page */
	STATS_END__MAX
};

/* The classes of routes with separate latency histograms. */
enum stats_route {
#define ROUTE_CLASS(name) STATS_ROUTE_##name,
#include "plat/stats/route_class.def"
#undef ROUTE_CLASS
	STATS_ROUTE__MAX
};

enum stats_role { STATS_WORKER, STATS_JOBS };

struct sending;
struct stats_area;

struct stats {
	struct shared file;
	struct stats_area *area; /* NULL: nothing is shared */
	int slot;		 /* -1: none */
};

/* Maps the file `path` + "." + layout hash, creating it when missing. ERR_UPSTREAM when that fails. */
MUST_USE bool stats_open(struct stats *, const char *path, struct err *);

/* The same for a tool: a file of this or another layout must exist (else ERR_NOT_FOUND). `write`: to retire a
 * backend. */
MUST_USE bool stats_open_tool(struct stats *, const char *path, bool write, struct err *);

/* Takes a slot of this backend for the life of the process. ERR_LIMIT when none is free. stats_claim() is for
 * storefront workers. */
MUST_USE bool stats_claim(struct stats *, const char *backend, struct err *);
MUST_USE bool stats_claim_as(struct stats *, enum stats_role, const char *name, struct err *);

/* Opens and claims unless already done and sound. Call it only between requests. On failure the old mapping stays. */
MUST_USE bool stats_join(struct stats *, const char *path, enum stats_role, const char *name, struct err *);

/* ERR_BUSY unless the process has a slot and the path still leads to the mapped file, which was not truncated. */
MUST_USE bool stats_sound(const struct stats *, struct err *);

/* Marks a backend as removed on purpose: its counts stay, and its dead workers raise no alarm. A new worker of the
 * backend clears the mark. */
void stats_retire(struct stats *, const char *backend);

/* Releases the slot and unmaps. Only for tests: the end of the process does the same. */
void stats_close(struct stats *);

/* A private area in memory with a slot; never fails; stays for the life of the process. For tests. */
struct stats *stats_none(void);

/* Notes the fields of log_note() for the next request, copied; they are logged should the process die. */
void stats_note(struct stats *, const char *fields);

/* A request begins; `id` is copied. The route may be given later with stats_route(). */
void stats_begin(struct stats *, const char id[STATS_ID_SIZE], uint64_t deadline_ns, enum stats_route);
void stats_route(struct stats *, enum stats_route);

/* To be called before the first byte of the answer, with the ending that it will have: if the process dies after the
 * last byte, the request gets this ending; between the two, cut off; before, crashed or hung. */
struct sending *stats_sending(struct stats *, enum stats_end);

/* Ends the request; once for each stats_begin(). */
void stats_end(struct stats *, enum stats_end);

/* Sets the time (CLOCK_MONOTONIC) by which the process will have ended its request or, between requests, calls again or
 * begins one. A process that does neither is stopped or hangs. */
void stats_due(struct stats *, uint64_t mono_ns);

void stats_add(struct stats *, enum stats_counter, uint64_t n);

void stats_error(struct stats *, enum err_kind);

/* Settles the slots of dead processes: logs each request in progress and counts its ending. Any number of processes may
 * do this at once; each death is counted once. Returns the number counted. */
size_t stats_sweep(struct stats *);

/* Kills (SIGKILL through a pidfd) the processes that are past the deadline of their request, or past the time of
 * stats_due(), by more than grace_ns + 1 s: stopped processes, which their own watchdog cannot end. The next sweep
 * counts their requests. Returns their number. */
size_t stats_kill_stuck(struct stats *, uint64_t grace_ns);

#endif
