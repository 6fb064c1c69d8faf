#include "serve/trace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define TRACEPARENT_B 55
#define UNIQUE_ID_MAX_B 40

static bool
is_hex(struct str s)
{
	bool zero = true;

	for (size_t i = 0; i < s.n; i++) {
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
		zero = zero && s.p[i] == '0';
	}
	return !zero;
}

static bool
is_traceparent(struct str tp)
{
	return tp.n == TRACEPARENT_B && str_starts(tp, STR("00-")) && tp.p[35] == '-' && tp.p[52] == '-'
	    && is_hex(str_n(tp.p + 3, 32)) && is_hex(str_n(tp.p + 36, 16));
}

/* Apache's UNIQUE_ID. */
static bool
is_unique_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && strchr("@_-", s.p[i]) == NULL)
			return false;
	return s.n > 0 && s.n <= UNIQUE_ID_MAX_B;
}

void
trace_note(const struct trace_source *s, char note[LOG_NOTE_SIZE])
{
	char *p = note;
	uint64_t port;

	*p = '\0';
	if (is_traceparent(s->traceparent))
		p += snprintf(p, LOG_NOTE_SIZE, " trace=%.32s", s->traceparent.p + 3);
	if (is_unique_id(s->unique_id))
		snprintf(p, LOG_NOTE_SIZE - (size_t)(p - note), " web=%.*s", STR_ARG(s->unique_id));
	else if (num_u64(s->remote_port, 1, UINT16_MAX, &port))
		snprintf(p, LOG_NOTE_SIZE - (size_t)(p - note), " web=%lld-%u", (long long)s->now_s, (unsigned)port);
}
