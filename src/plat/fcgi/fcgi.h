/* fcgi.h - one FastCGI connection at a time: wait for it, read the request, write the whole answer.
 *
 * libfcgi parses the protocol but cannot be trusted to wait: its accept loses a SIGTERM in a race window and waits
 * seconds for a silent client, and its reads have no time limit. So this module waits and accepts itself. A request
 * that has arrived whole is parsed in place (fcgi_head.h). libfcgi reads every other request and is interrupted at a
 * deadline. The finished answer is sent with one writev(2): before that every failure can still end in the error page.
 *
 * A new connection does not wake all processes that share the listening socket (EPOLLEXCLUSIVE).
 *
 * TERM, INT, USR1 and USR2 mean: finish the current request, then stop. They are blocked except while waiting, so none
 * is lost. One struct fcgi per process. */
#ifndef KONTOR_PLAT_FCGI_FCGI_H
#define KONTOR_PLAT_FCGI_FCGI_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct fcgi;
struct sending;

enum fcgi_event {
	FCGI_EVENT_REQUEST, /* the header was read; answer the request and call fcgi_done() */
	FCGI_EVENT_STOP,    /* a stop signal came */
	FCGI_EVENT_TIME     /* until_ns has passed */
};

/* Takes over the listening socket, which other processes may share. Fails when listen_fd is not a listening socket.
 * read_ms limits the reading of a request's header, and separately of its body. */
MUST_USE bool fcgi_open(struct arena *process_arena, int listen_fd, uint32_t read_ms, struct fcgi **, struct err *);

/* Waits for the next request. Closes and logs connections that send no request in time. until_ns: CLOCK_NEVER for no
 * limit. */
enum fcgi_event fcgi_next(struct fcgi *, uint64_t until_ns);

/* A CGI variable of the current request, or none; valid until fcgi_done(). */
struct str fcgi_param(const struct fcgi *, const char *name);

/* How often the current request has the variable. Headers whose names differ only in '-' and '_' give the same one. */
size_t fcgi_param_count(const struct fcgi *, const char *name);

/* The request's body, on the arena. ERR_TOO_LARGE beyond max_b; the rest is read and discarded, since the web server
 * sends the whole body before it reads the answer. ERR_INPUT when fewer bytes come than CONTENT_LENGTH announces. */
MUST_USE bool fcgi_body(struct fcgi *, struct arena *, size_t max_b, struct str *body, struct err *);

struct fcgi_answer {
	struct arena *a; /* for the records */
	struct str head, body;
	uint64_t deadline_ns;
	struct sending *sending; /* shared with those who count the dead */
	bool half;		 /* for tests: send only the first half */
};

/* Writes head and body as one FastCGI answer. False when the web server has closed the connection or has not read all
 * by the deadline. */
MUST_USE bool fcgi_send(struct fcgi *, const struct fcgi_answer *);

/* Ends the request and closes its connection. Results of fcgi_param() become invalid. */
void fcgi_done(struct fcgi *);

#endif
