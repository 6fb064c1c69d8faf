/* job.h - the loop of kontor-jobs: kinds of work, each at its interval with a deadline and counters.
 *
 * To add a kind: a row in plat/stats/jobs.def, and its function in a file of its own here. A run does a bounded
 * piece of work and says whether there is more of it. Any number of kontor-jobs may run at once: work is claimed with
 * FOR UPDATE SKIP LOCKED. */
#ifndef KONTOR_JOBS_JOB_H
#define KONTOR_JOBS_JOB_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/control/control.h"
#include "plat/db/db.h"

struct job_context {
	struct arena *a; /* empties after each run */
	const struct conf *conf;
	struct stats *st;
	struct control *ctl;
	struct db *db;	     /* connects at first use; its deadline is that of the run */
	struct cache *cache; /* likewise */
	int64_t now_s;	     /* UTC, at the run's beginning */
	bool more;	     /* out: there is more to do; run again at once */
};

/* False: the run failed and is logged with *e; what it had begun is rolled back. */
#define JOB(name, interval_ms, deadline_ms, help) MUST_USE bool job_##name(struct job_context *, struct err *);
#include "plat/stats/jobs.def"
#undef JOB

/* Opens the counters and the control file, also again when they are missing or replaced. */
MUST_USE bool job_join(const struct conf *, struct stats *, struct control *, struct err *);

/* Runs all kinds until SIGTERM or SIGINT, or each kind once. The present run is finished. Returns an exit status. */
int job_loop(const struct conf *, struct control *, bool once);

#endif
