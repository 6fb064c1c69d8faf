#include "base/clock.h"
#include "jobs/job.h"

/* The next run counts the workers killed by this one. */
bool
job_sweep(struct job_context *j, struct err *e)
{
	(void)e;
	(void)stats_sweep(j->st);
	(void)stats_kill_stuck(j->st, (uint64_t)j->conf->web_grace_ms * CLOCK_MS);
	return true;
}
