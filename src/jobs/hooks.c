/* hooks.c - sends webhooks. */
#include "base/clock.h"
#include "jobs/job.h"
#include "work/hook/hook_run.h"

#define RUN_NS (300 * CLOCK_MS)	/* the other jobs wait meanwhile */
#define FINISH_NS (15 * CLOCK_S) /* hooks.limit_ms as it usually is, and some more */

static struct hook_run *hooks; /* NULL: nothing was sent yet */

static bool
hooks_turn(struct job_context *j, bool finish, struct err *e)
{
	struct hook_turn turn = {.db = j->db,
	    .conf = j->conf,
	    .st = j->st,
	    .a = j->a,
	    .until_ns = clock_mono_ns() + (finish ? FINISH_NS : RUN_NS),
	    .complete = j->once,
	    .finish = finish};

	return hook_run(hooks, &turn, &j->more, e);
}

bool
job_hooks(struct job_context *j, struct err *e)
{
	return (hooks != NULL || hook_run_open(j->process, &hooks, e)) && hooks_turn(j, false, e);
}

bool
job_hooks_finish(struct job_context *j, struct err *e)
{
	return hooks == NULL || hooks_turn(j, true, e);
}
