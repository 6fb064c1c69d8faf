#include "base/clock.h"
#include "jobs/job.h"

#define ON_TIME_NS (3 * CLOCK_S)

/* The next run counts the requests of the workers that this one kills. A run that is late kills nobody: the whole host
 * may have been suspended, and the others get the time to show life. */
bool
job_sweep(struct job_context *j, struct err *e)
{
	static uint64_t last_ns;
	uint64_t now_ns = clock_mono_ns();

	(void)e;
	(void)stats_sweep(j->st);
	if (now_ns < last_ns + ON_TIME_NS)
		(void)stats_kill_stuck(j->st, (uint64_t)j->conf->web_grace_ms * CLOCK_MS);
	last_ns = now_ns;
	return true;
}
