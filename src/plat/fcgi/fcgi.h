/* fcgi.h - one FastCGI request at a time: wait until it has arrived whole, then write the whole answer.
 *
 * libfcgi parses the protocol but cannot be trusted to wait: its accept loses a SIGTERM in a race window and waits
 * seconds for a silent client, and its reads have no time limit. So this module accepts and reads itself
 * (fcgi_intake.h). A request without a body is parsed in place. libfcgi parses those with a body or with unusual
 * variables, after they have arrived whole and were found well-formed (fcgi_head.h); it reads them from memory and
 * never waits. The finished answer is sent with one writev(2): before that every failure can still end in the error
 * page.
 *
 * TERM, INT, QUIT, USR1 and USR2 mean: accept no more connections, serve the accepted ones, then stop. They are blocked
 * except while waiting, so none is lost. One struct fcgi per process. */
#ifndef KONTOR_PLAT_FCGI_FCGI_H
#define KONTOR_PLAT_FCGI_FCGI_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct fcgi;

struct fcgi_head;
struct sending;
struct stats;

enum fcgi_event {
	FCGI_EVENT_REQUEST, /* answer the request and call fcgi_done() */
	FCGI_EVENT_STOP,    /* a stop signal came, and all accepted connections are served */
	FCGI_EVENT_TIME	    /* until_ns has passed */
};

/* Takes over the listening socket, which other processes may share. Fails when listen_fd is not a listening socket.
 * Requests with a larger body than body_max_b are refused. `stats` is borrowed. */
MUST_USE bool fcgi_open(struct arena *process_arena, int listen_fd, size_t body_max_b, struct stats *, struct fcgi **,
    struct err *);

/* Decides for a waiting request if it can be answered without the database. Such requests are served first. */
typedef bool fcgi_light_fn(void *arg, const struct fcgi_head *);

/* True while a request that needs the database had better wait, and others be served. */
typedef bool fcgi_held_fn(void *arg);

void fcgi_schedule(struct fcgi *, fcgi_light_fn *, fcgi_held_fn *, void *arg);

/* A variable of a waiting request, or none. */
struct str fcgi_head_param(const struct fcgi_head *, const char *name);

/* Waits for the next request. Closes connections that send none in time. until_ns: CLOCK_NEVER for no limit. */
enum fcgi_event fcgi_next(struct fcgi *, uint64_t until_ns);

/* False for a request that is only to be refused: ERR_LATE when it did not arrive completely in time, ERR_TOO_LARGE.
 * Its variables may be missing. */
MUST_USE bool fcgi_complete(const struct fcgi *, struct err *);

/* The earliest time at which the request may have been complete, and not later than a stop signal. Its deadline counts
 * from here. */
uint64_t fcgi_since_ns(const struct fcgi *);

/* The earliest time at which its connection may have been made: it may have waited in the socket's backlog. */
uint64_t fcgi_queued_ns(const struct fcgi *);

/* True if the web server has closed the request's connection. Costs a system call. */
bool fcgi_gone(const struct fcgi *);

/* True if a part of the request came only a while after its connection was accepted. */
bool fcgi_trickled(const struct fcgi *);

/* A CGI variable of the current request, or none; valid until fcgi_done(). */
struct str fcgi_param(const struct fcgi *, const char *name);

/* How often the current request has the variable. Headers whose names differ only in '-' and '_' give the same one. */
size_t fcgi_param_count(const struct fcgi *, const char *name);

/* The request's body, on the arena. ERR_INPUT when fewer bytes came than CONTENT_LENGTH announces. */
MUST_USE bool fcgi_body(struct fcgi *, struct arena *, struct str *body, struct err *);

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
