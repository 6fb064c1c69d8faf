/* log.h - one line per event, in logfmt, one write(2) per line.
 *
 * A line is `ts=... level=... prog=... pid=... req=... ` and the caller's own key=value pairs. Values are escaped
 * (log_line.h), so foreign text cannot forge a field or a line. It goes to the file of log_open(), or to standard
 * error; if that is the journal, the line begins with its priority. A write that would block or fails drops the line
 * and counts it (log_dropped()): a full disk or a stuck pipe must never delay a page. No mail address, password or body
 * is logged.
 *
 * The level names clash with <syslog.h>; never include both. */
#ifndef KONTOR_BASE_LOG_H
#define KONTOR_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG__MAX };

/* `file` NULL or "": standard error. `prog` is borrowed. False when the file cannot be opened (errno is set); lines
 * then go to standard error. */
MUST_USE bool log_open(const char *prog, const char *file, enum log_level least);

#define LOG_NOTE_SIZE 96 /* with its NUL */

/* Sets the request id of all following lines, and removes the note. Copied; NULL: none. */
void log_request(const char *id);

/* Adds fields after the request id: " trace=... web=..." (serve/trace.h). Copied; the caller has checked the values. */
void log_note(const char *fields);

/* The format is a literal: its quotes and keys are trusted, its arguments are not. */
void log_put(enum log_level, const char *fmt, ...) PRINTF(2, 3);

/* Lines dropped since the process started. */
uint64_t log_dropped(void);

const char *log_level_name(enum log_level);

#endif
