/* job.h - the loop of kontor-jobs: each job has an interval, a deadline and counters.
 *
 * To add a job, add a row to plat/stats/jobs.def, and a file with its function here. A run does a bounded amount of
 * work and reports whether there is more. Any number of kontor-jobs processes may run at once: they claim work with FOR
 * UPDATE SKIP LOCKED. */
#ifndef KONTOR_JOBS_JOB_H
#define KONTOR_JOBS_JOB_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/control/control.h"
#include "plat/db/db.h"

struct job_context {
	struct arena *a; /* reset after each run */
	const struct conf *file; /* kontor.conf alone */
	const struct conf *conf; /* in effect: job_settings() adds the merchant's settings of the database */
	struct stats *st;
	struct control *ctl;
	struct db *db;	     /* connects on first use; has the deadline of the run */
	struct cache *cache; /* likewise */
	struct arena *process; /* lives as long as the process */
	bool once; /* the process ends after this run */
	int64_t now_s;	     /* UTC by the clock of this host, at the start of the run */
	bool more;	     /* out: there is more work; run again at once */
};

/* False: the run failed; *e is logged and the transaction is rolled back. */
#define JOB(name, part, interval_ms, deadline_ms, help) MUST_USE bool job_##name(struct job_context *, struct err *);
#include "plat/stats/jobs.def"
#undef JOB

/* Before the process ends: waits for the answers to the webhooks that are under way, or they would be sent again. */
MUST_USE bool job_hooks_finish(struct job_context *, struct err *);

/* Opens the counters and the control file; reopens them when they are missing or replaced. */
MUST_USE bool job_join(const struct conf *, struct stats *, struct control *, struct err *);

enum job_part { JOB_ALL, JOB_QUICK, JOB_SLOW };
struct job_process {
	enum job_part part;
	int slow_pid; /* of JOB_QUICK: the process with the slow jobs */
};

/* Forks the process with the slow jobs, before anything is open. It is told to stop when the other ends. */
MUST_USE bool job_split(struct job_process *, struct err *);

/* JOB_ALL: runs each job once. Otherwise runs the jobs of the part until a signal arrives, and then finishes the
 * current run. If the slow process ends, the other ends too, so that its supervisor starts both again. Returns an exit
 * status. */
int job_loop(const struct conf *, struct control *, struct job_process *);

#endif
