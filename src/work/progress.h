/* progress.h - how a command that takes long tells how far it is.
 *
 * Each step is a line on standard output when it is done. On a terminal there is meanwhile a line that changes, on
 * standard error. */
#ifndef KONTOR_WORK_PROGRESS_H
#define KONTOR_WORK_PROGRESS_H

#include <stdint.h>

#include "base/attr.h"

/* A step is done. */
void progress_step(const char *fmt, ...) PRINTF(1, 2);

/* `what` is a text: what is under way. Often called; says something a few times a second only. */
void progress_bytes(const void *what, uint64_t bytes);
void progress_count(const void *what, uint64_t n);

/* Takes the line that changes away, before something else is said. */
void progress_clear(void);

#endif
