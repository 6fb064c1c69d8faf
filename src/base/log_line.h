/* log_line.h - one log line under construction: values are escaped, so that none can end its field, its quotes or the
 * line. For log.c.
 *
 * The text of the format is ours and goes in as it is; a %s is foreign. Within the quotes of the format it keeps its
 * blanks; outside, they are escaped too. Escaped in both: quotes, backslash, '=', control characters (C0, DEL, C1),
 * characters that change the direction of text or cannot be seen, and bytes that are no UTF-8. */
#ifndef KONTOR_BASE_LOG_LINE_H
#define KONTOR_BASE_LOG_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct log_line {
	char *p; /* the caller's; no NUL is added */
	size_t n, cap;
	bool quoted; /* between the quotes of a field */
	bool full;   /* something did not fit and was left out */
};

/* Adds text of our own. */
void log_line_z(struct log_line *, const char *);

/* Knows %s and %.*s, and %d, %u and %x with the lengths l, ll and z. Ends at any other conversion. */
void log_line_fmt(struct log_line *, const char *fmt, va_list);

/* Closes an open quote and adds the line end. Two bytes are always left for them. */
void log_line_end(struct log_line *);

#endif
