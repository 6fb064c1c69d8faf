/* trace.h - the numbers by which others know a request, noted beside our own id in log and slot.
 *
 * The id of a request is always our own: a stranger who could choose it could make it that of another request. */
#ifndef KONTOR_SERVE_TRACE_H
#define KONTOR_SERVE_TRACE_H

#include <stdint.h>

#include "base/log.h"
#include "base/str.h"

struct trace_source {
	struct str traceparent; /* the client's header (W3C), or none */
	struct str unique_id;	/* Apache's mod_unique_id, or none */
	struct str remote_port;
	int64_t now_s;
};

/* For log_note(): " trace=" and the trace id of a valid traceparent ("00-<32 hex>-<16 hex>-<2 hex>"), then " web=" and
 * the number that the web server's own error page would show for this request: UNIQUE_ID, else SECONDS-PORT. */
void trace_note(const struct trace_source *, char note[LOG_NOTE_SIZE]);

#endif
