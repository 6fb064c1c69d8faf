/* task.h - runs functions in child processes, several at a time, each with a time limit.
 *
 * A function that hangs (on a name server, a network file system, a stopped service) costs its time limit and no more:
 * the child is then killed with all processes that it started. A crash affects only its child. A child cannot change
 * the caller's memory; it reports through a pipe. Its standard channels are /dev/null. */
#ifndef KONTOR_PLAT_HOST_TASK_H
#define KONTOR_PLAT_HOST_TASK_H

#include <stdint.h>

#include "base/buf.h"

#define TASK_OUT_B ((size_t)1 << 20) /* limit of one task's output */

enum task_end {
	TASK_DONE,
	TASK_TIME, /* killed at its limit; its output is lost */
	TASK_DIED  /* could not be started, crashed, or wrote too much */
};

struct task {
	void (*fn)(void *arg, struct buf *out);
	void *arg;
	uint32_t limit_ms;
	/* out; on the arena of task_run() */
	enum task_end end;
	uint32_t took_ms;
	struct str out;
};

/* Runs all tasks, at most `width` at a time, and returns when the last has ended. */
void task_run(struct arena *, struct task *, size_t n, size_t width);

#endif
