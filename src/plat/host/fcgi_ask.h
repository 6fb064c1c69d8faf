/* fcgi_ask.h - the other side of FastCGI: one GET, sent to a backend's socket as a web server would. */
#ifndef KONTOR_PLAT_HOST_FCGI_ASK_H
#define KONTOR_PLAT_HOST_FCGI_ASK_H

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

struct fcgi_ask {
	const char *socket;
	struct str uri, host; /* REQUEST_URI and HTTP_HOST */
	uint64_t deadline_ns;
};

/* *answer is what the worker wrote, head ("Status: 200 OK\r\n...") and body, on the arena. ERR_UPSTREAM; err.code as
 * that of ask_open(), EPROTO when the answer is none. */
MUST_USE bool fcgi_ask(struct arena *, const struct fcgi_ask *, struct str *answer, struct err *);

/* Pure: takes the answer out of the records that make it. */
MUST_USE bool fcgi_ask_parse(struct arena *, struct str records, struct str *answer, struct err *);

/* The number behind "Status:" in the head of an answer (200 when there is none), and a header's value or none. */
int fcgi_answer_status(struct str answer);
struct str fcgi_answer_header(struct str answer, struct str name);

#endif
