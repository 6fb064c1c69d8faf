/* progress.h - progress of long commands.
 *
 * Prints a line to standard output after each step. On a terminal, a line on standard error shows the progress. */
#ifndef KONTOR_WORK_PROGRESS_H
#define KONTOR_WORK_PROGRESS_H

#include <stdint.h>

#include "base/attr.h"

/* A step is done. */
void progress_step(const char *fmt, ...) PRINTF(1, 2);

/* Shows how far the current step is; `what` is its name, a text. Cheap to call often: prints a few times a second. */
void progress_bytes(const void *what, uint64_t bytes);
void progress_count(const void *what, uint64_t n);

/* Removes that line before other output. */
void progress_clear(void);

#endif
