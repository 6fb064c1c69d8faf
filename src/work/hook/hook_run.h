/* hook_run.h - sends webhooks: several at a time, one at a time to each receiver, never waiting for one.
 *
 * Requests stay under way between two runs, so a run is short however slow the receivers are. A process that ends
 * finishes them; one that dies leaves its rows to the ends of their leases, and they are sent again. */
#ifndef KONTOR_WORK_HOOK_HOOK_RUN_H
#define KONTOR_WORK_HOOK_HOOK_RUN_H

#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/stats/stats.h"

struct hook_run;

/* The means of a run; they need not outlive it. */
struct hook_turn {
	struct db *db;
	const struct conf *conf;
	struct stats *st;
	struct arena *a;
	uint64_t until_ns; /* the run ends then */
	bool complete;     /* it lasts until nothing is under way, whatever until_ns */
	bool finish;       /* nothing is begun: it ends when nothing is under way */
};

/* Closed with the arena. */
MUST_USE bool hook_run_open(struct arena *, struct hook_run **, struct err *);

/* *more: requests are under way or due. A receiver's failure is no failure of the run. */
MUST_USE bool hook_run(struct hook_run *, const struct hook_turn *, bool *more, struct err *);

#endif
