/* run.h - other programs, found by PATH and run without a shell.
 *
 * What a program is given on its standard channels, and maybe one more, is said for each run; no other descriptor of
 * ours reaches it, since all are opened O_CLOEXEC. A program that cannot be found or started is ERR_NOT_FOUND; how it
 * ended is the caller's to judge. */
#ifndef KONTOR_PLAT_HOST_RUN_H
#define KONTOR_PLAT_HOST_RUN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

#define RUN_NULL (-1)			/* /dev/null */
#define RUN_ALSO 3			/* where `also` is found by the program */
#define RUN_CAPTURE_B ((size_t)1 << 20) /* the most that run_read() keeps */

struct run {
	const char *const *argv; /* NULL at its end */
	int in, out, err;	 /* descriptors, borrowed, or RUN_NULL */
	int also;		 /* borrowed; becomes descriptor RUN_ALSO of the program; 0: there is none */
};

/* Starts it. */
MUST_USE bool run_start(const struct run *, pid_t *, struct err *);

/* Waits for its end: *status is its exit status, or 128 and the number of the signal that ended it. */
MUST_USE bool run_wait(pid_t, int *status, struct err *);

/* Both, with nothing to read. Output and errors together become *text, with a NUL behind, on the arena; what is more
 * than RUN_CAPTURE_B is read and dropped. */
MUST_USE bool run_read(struct arena *, const char *const argv[], struct str *text, int *status, struct err *);

#endif
