/* proc.h - the processes of this machine, as /proc shows them.
 *
 * A snapshot: what it names may be gone. What belongs to other users is seen only in part by an ordinary one. */
#ifndef KONTOR_PLAT_HOST_PROC_H
#define KONTOR_PLAT_HOST_PROC_H

#include "base/err.h"
#include "base/str.h"

struct proc {
	int pid, parent;
	unsigned uid;
	const char *name;     /* at most 15 bytes of it */
	struct str arguments; /* each ends in a NUL */
};

/* All of them, on the arena. ERR_BUG when there is no /proc. */
MUST_USE bool proc_list(struct arena *, struct proc **, size_t *n, struct err *);

/* Steps through the arguments; NULL behind the last. `rest` begins as a copy of proc.arguments. */
const char *proc_argument(struct str *rest);

/* The path of the program, on the arena, also when its file was replaced; NULL when it cannot be seen. */
const char *proc_program(struct arena *, int pid);

/* Whether the program's file was replaced since the process started. False also when that cannot be seen. */
bool proc_is_replaced(struct arena *, int pid);

/* The process that listens on this TCP port, the oldest of them. 0: none, or it cannot be seen. */
int proc_listening(struct arena *, const struct proc *, size_t n, unsigned port);

#endif
