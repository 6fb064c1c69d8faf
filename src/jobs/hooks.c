/* hooks.c - sends webhooks. */
#include "base/clock.h"
#include "jobs/job.h"
#include "work/hook/hook_run.h"

#define RUN_NS (300 * CLOCK_MS) /* the other jobs wait meanwhile */

bool
job_hooks(struct job_context *j, struct err *e)
{
	static struct hook_run *run;
	struct hook_turn turn = {.db = j->db,
	    .conf = j->conf,
	    .st = j->st,
	    .a = j->a,
	    .until_ns = clock_mono_ns() + RUN_NS,
	    .complete = j->once};

	return (run != NULL || hook_run_open(j->process, &run, e)) && hook_run(run, &turn, &j->more, e);
}
