/* run.h - runs other programs, found by PATH, without a shell.
 *
 * Each run names the descriptors for the standard channels and at most one more. The program inherits no others, since
 * all descriptors are O_CLOEXEC. ERR_NOT_FOUND when the program cannot be found or started. The caller judges the exit
 * status. */
#ifndef KONTOR_BASE_RUN_H
#define KONTOR_BASE_RUN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

#define RUN_NULL (-1)			/* /dev/null */
#define RUN_ALSO 3			/* the number of `also` in the program */
#define RUN_SIGNAL 128			/* added to the number of the signal that ended a program */
#define RUN_CAPTURE_B ((size_t)1 << 20) /* limit of run_read() */

struct run {
	const char *const *argv; /* NULL at its end */
	int in, out, err;	 /* descriptors, borrowed, or RUN_NULL */
	int also;		 /* borrowed; becomes descriptor RUN_ALSO of the program; 0: none */
	const char *const *env;	 /* its environment; NULL: that of the caller */
	bool group;		 /* leads a process group, for run_wait_until() */
};

MUST_USE bool run_start(const struct run *, pid_t *, struct err *);

/* Waits for the program to end. *status: its exit status, or RUN_SIGNAL plus the number of the signal that ended it. */
MUST_USE bool run_wait(pid_t, int *status, struct err *);

/* The same of a program with a group of its own, until a time of clock_mono_ns(). Then it is killed with all that it
 * has started, and *late is true. */
MUST_USE bool run_wait_until(pid_t, uint64_t deadline_ns, int *status, bool *late, struct err *);

/* Runs the program with empty input and waits. Standard output and error together become *text, with a NUL added, on
 * the arena. Bytes beyond RUN_CAPTURE_B are dropped. */
MUST_USE bool run_read(struct arena *, const char *const argv[], struct str *text, int *status, struct err *);

#endif
