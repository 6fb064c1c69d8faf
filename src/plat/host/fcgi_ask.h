/* fcgi_ask.h - a FastCGI client: sends one GET to a backend's socket, as a web server does. */
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

/* *answer is the worker's output, head ("Status: 200 OK\r\n...") and body, on the arena. Fails with ERR_UPSTREAM;
 * err.code as in ask_open(), EPROTO when the answer is not FastCGI. */
MUST_USE bool fcgi_ask(struct arena *, const struct fcgi_ask *, struct str *answer, struct err *);

/* Pure: extracts the answer from its records. */
MUST_USE bool fcgi_ask_parse(struct arena *, struct str records, struct str *answer, struct err *);

/* The status in the head of an answer (200 without a "Status:" line), and the value of a header, or none. */
int fcgi_answer_status(struct str answer);
struct str fcgi_answer_header(struct str answer, struct str name);

#endif
