/* fcgi.h - one FastCGI connection at a time: wait for it, read the request, write the whole answer.
 *
 * libfcgi parses the protocol but does not wait: its accept loses a SIGTERM that comes in a certain window, a silent
 * client delays it by seconds, and reading has no time limit. So this module waits and accepts itself, reads a request
 * that is there as a whole where it lies (fcgi_head.h), hands every other one to libfcgi for reading only, interrupts
 * that at a deadline, and writes the finished answer with one gathering write. Nothing reaches the web server before
 * the answer is complete, which is what makes one error page possible.
 *
 * Of the processes that share a listening socket, one is woken for each connection (EPOLLEXCLUSIVE).
 *
 * TERM, INT, USR1 and USR2 mean: finish the request at hand, then stop. They are blocked except while waiting, so
 * there is no window in which one is lost. One struct fcgi per process. */
#ifndef KONTOR_PLAT_FCGI_FCGI_H
#define KONTOR_PLAT_FCGI_FCGI_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct fcgi;

enum fcgi_event {
	FCGI_EVENT_REQUEST, /* one has been read up to its body; answer it and call fcgi_done() */
	FCGI_EVENT_STOP,    /* told to stop */
	FCGI_EVENT_TIME     /* until_ns has passed */
};

/* Takes over the listening socket, which other processes may share. Fails when listen_fd is none.
 * read_ms is the time in which a request's header, and again its body, must have arrived. */
MUST_USE bool fcgi_open(struct arena *process, int listen_fd, uint32_t read_ms, struct fcgi **, struct err *);

/* Waits for the next request. Connections that bring none in time are closed and logged. until_ns: CLOCK_NEVER to
 * wait without limit. before_wait (NULL: none) is called once with `arg`, before anything that may last: a wait for a
 * connection, or for what one brings. */
enum fcgi_event fcgi_next(struct fcgi *, uint64_t until_ns, void (*before_wait)(void *), void *arg);

/* Whether a connection waits to be taken, by this process or another one, while the request at hand was there as a
 * whole: what is still to be read of one may be long in coming. */
bool fcgi_waits(const struct fcgi *);

/* A CGI variable of the request at hand, or none; valid until fcgi_done(). */
struct str fcgi_param(const struct fcgi *, const char *name);

/* The request's body, on the arena. ERR_TOO_LARGE past max_b (the rest is read and thrown away, so that the web
 * server comes round to reading the answer); ERR_INPUT when less arrives than CONTENT_LENGTH announces. */
MUST_USE bool fcgi_body(struct fcgi *, struct arena *, size_t max_b, struct str *body, struct err *);

/* Writes head and body as one FastCGI answer. False when the web server has hung up or has not taken it all by the
 * deadline. */
MUST_USE bool fcgi_send(struct fcgi *, struct arena *, struct str head, struct str body, uint64_t deadline_ns);

/* For tests: writes the first half of the answer only. */
void fcgi_send_half(struct fcgi *, struct arena *, struct str head, struct str body);

/* Gives the connection back; what fcgi_param() returned is gone. */
void fcgi_done(struct fcgi *);

/* True once a signal to stop has been taken. */
bool fcgi_stopping(void);

#endif
