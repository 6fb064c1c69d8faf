/* confine.h - gives up, for the rest of a process's life, the system calls (seccomp) and the files (Landlock) that it
 * does not need.
 *
 * confine.def lists the calls that each role keeps. No role starts programs or processes, traces, mounts, or changes
 * its user. To a worker and to kontor-jobs a refused call fails with EPERM and is reported; the decoder is killed.
 * Landlock limits the files that are opened from now on; descriptors that are open stay usable, and so do sockets in
 * the file system. Both last across reconnects. The kernel may lack either: then the rest is in force. */
#ifndef KONTOR_PLAT_HOST_CONFINE_H
#define KONTOR_PLAT_HOST_CONFINE_H

#include <stddef.h>

#include "base/err.h"

enum confine_role { CONFINE_WORKER = 1, CONFINE_JOBS = 2, CONFINE_DECODER = 4 }; /* bits, for confine.def */

/* The result: bits that are stored in the control file. */
#define CONFINE_SECCOMP 1u
#define CONFINE_LANDLOCK 2u

/* A folder that exists, with all below it. Nothing else can be opened. */
struct confine_folder {
	const char *path;
	bool write; /* files in it may be made, changed and removed */
};

struct confine {
	enum confine_role role;
	const struct confine_folder *folders;
	size_t n_folders;
	void (*refused)(int call); /* called in a signal handler, in the middle of the refused call; may be NULL */
};

/* Returns what is in force; *e says why the first missing part is not. */
unsigned confine(const struct confine *, struct err *);

/* Confines a worker or kontor-jobs, once it is open and before it serves, unless web.confine is off. It keeps reading
 * where the system and the settings have files, and keeps writing beside the counters, the control file and the log.
 * Counts refused calls in the control's stats, logs each once, and notes in the control file what is in force. */
struct conf;
struct control;
void confine_self(const struct conf *, enum confine_role, struct control *);

/* True when a folder that the process kept by confine_self(), to write in it, was replaced: the process can open
 * nothing in the new one, and has to be started again. */
bool confine_outdated(void);

/* True when the kernel has Landlock. */
bool confine_landlock(void);

#endif
