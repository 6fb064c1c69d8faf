/* doctor_log.h - what the ends of log files say: which requests failed lately, and whether orders' keys stand there. */
#ifndef KONTOR_CMD_DOCTOR_DOCTOR_LOG_H
#define KONTOR_CMD_DOCTOR_DOCTOR_LOG_H

#include "cmd/doctor/doctor.h"

struct doctor_log {
	size_t failures;        /* within the last hour, as far as the end of the file reaches back */
	const char *last_event; /* "crashed"; "" when there is none */
	const char *last_id;
};

/* Pure: counts the lines of level error with a request, from `since` ("2026-11-24T05:00:00") on. */
void doctor_log_count(struct arena *, struct str text, const char *since, struct doctor_log *);

/* Pure: whether a line of an access log names an order by its token. */
bool doctor_log_names_order(struct str text);

/* The same of the last megabyte of a file. False when it cannot be read, which is told. */
bool doctor_log_read(struct doctor *, const char *file, struct doctor_log *);
bool doctor_log_has_orders(struct doctor *, const char *file);

#endif
