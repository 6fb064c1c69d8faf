/* progress.h - progress of long commands.
 *
 * Prints a line to standard output after each step. On a terminal, a line on standard error shows the progress. */
#ifndef KONTOR_WORK_PROGRESS_H
#define KONTOR_WORK_PROGRESS_H

#include <stdint.h>

#include "base/attr.h"

/* Prints the line of a finished step. */
void progress_step(const char *fmt, ...) PRINTF(1, 2);

/* Shows the progress of the current step, whose name is the text `what`. Cheap: prints only a few times a second. */
void progress_bytes(const void *what, uint64_t bytes);
void progress_count(const void *what, uint64_t n);

/* Removes the line of progress before other output. */
void progress_clear(void);

#endif
