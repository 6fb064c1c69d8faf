/* task.h - functions run in child processes, several at a time, each under a time limit.
 *
 * Whatever a function waits for in vain (a name server, a network's file system, a service that stands still) costs its
 * limit and no more: then the child is killed with all that it started. What crashes, crashes alone. A child changes
 * nothing in the caller's memory; what it has to say comes through a pipe. Its standard channels are /dev/null. */
#ifndef KONTOR_PLAT_HOST_TASK_H
#define KONTOR_PLAT_HOST_TASK_H

#include <stdint.h>

#include "base/buf.h"

#define TASK_OUT_B ((size_t)1 << 20) /* the most that one may say */

enum task_end {
	TASK_DONE,
	TASK_TIME, /* killed at its limit; what it had said is lost */
	TASK_DIED  /* could not be started, crashed, or said too much */
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

/* Runs all of them, at most `width` at a time, and returns when the last has come to an end. */
void task_run(struct arena *, struct task *, size_t n, size_t width);

#endif
