/* proc.h - lists the processes of this machine from /proc.
 *
 * The list is a snapshot; processes in it may have ended. Ordinary users see only part of other users' processes. */
#ifndef KONTOR_PLAT_HOST_PROC_H
#define KONTOR_PLAT_HOST_PROC_H

#include "base/err.h"
#include "base/str.h"

struct proc {
	int pid, parent;
	unsigned uid;
	const char *name;     /* cut at 15 bytes */
	struct str arguments; /* each ends in a NUL */
};

/* Lists all processes, on the arena. ERR_BUG without /proc. */
MUST_USE bool proc_list(struct arena *, struct proc **, size_t *n, struct err *);

/* Steps through the arguments; NULL after the last. `rest` begins as a copy of proc.arguments. */
const char *proc_argument(struct str *rest);

/* The program's path, on the arena, even if its file was replaced; NULL: unknown. */
const char *proc_program(struct arena *, int pid);

/* True when the program's file was replaced since the process started; false: not replaced, or unknown. */
bool proc_is_replaced(struct arena *, int pid);

/* The oldest process that listens on this TCP port. 0: none, or not visible to this user. */
int proc_listening(struct arena *, const struct proc *, size_t n, unsigned port);

#endif
