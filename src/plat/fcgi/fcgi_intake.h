/* fcgi_intake.h - the connections of a worker: it accepts them and gives out requests that have arrived whole.
 *
 * A connection whose request is incomplete waits here and costs no worker: up to INTAKE_CONNS of them in INTAKE_MAX_B
 * of memory, each for INTAKE_WAIT_NS at most. One more, or a longer wait, makes the oldest late: it is given out to be
 * refused. So a slow client harms only itself, and accepting never stops.
 *
 * A worker accepts one connection at a time, and only when it has no request to serve; others wait in the backlog,
 * where any idle worker takes them. Each new one wakes one worker only (EPOLLEXCLUSIVE). A web server may send a
 * request in several writes, so a new connection gets INTAKE_FRESH_NS before the worker accepts another: otherwise
 * this one would wait behind that one's request while another worker is idle.
 *
 * Likewise a client that reads slowly: the rest of its answer is kept here and sent as it reads.
 *
 * An answer to a request that was not read whole may be lost to a reset if the connection is closed at once (RFC 9112,
 * 9.6). So the rest is read and discarded, in one of INTAKE_LINGERS places of their own, which take no memory for a
 * request.
 *
 * Requests that need no database are given out first. Before any other, incomplete ones younger than INTAKE_YOUNG_NS
 * get that time to become whole. While the database keeps its callers waiting, those that need it stay here for up to
 * INTAKE_HELD_NS, and the worker accepts and serves others. */
#ifndef KONTOR_PLAT_FCGI_FCGI_INTAKE_H
#define KONTOR_PLAT_FCGI_FCGI_INTAKE_H

#include <signal.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/err.h"
#include "plat/fcgi/fcgi.h"
#include "plat/fcgi/fcgi_head.h"
#include "plat/stats/stats.h"

#define INTAKE_CONNS 64
#define INTAKE_LINGERS 192
#define INTAKE_MAX_B ((size_t)8 << 20)
#define INTAKE_WAIT_NS (15 * CLOCK_S)	/* from accept to the last byte of the request */
#define INTAKE_FRESH_NS (2 * CLOCK_MS)
#define INTAKE_YOUNG_NS (20 * CLOCK_MS)
#define INTAKE_HELD_NS (250 * CLOCK_MS)
#define INTAKE_LOOK_NS (5 * CLOCK_MS)	/* how often the worker looks if the database still does */
#define INTAKE_BLOCKED_NS (CLOCK_MS / 10) /* a wait of that length found nothing waiting */
#define INTAKE_STOP_NS (1 * CLOCK_S)	/* instead of INTAKE_WAIT_NS once the worker is told to stop */
#define INTAKE_LINGER_NS (2 * CLOCK_S)	/* how long unread input of an answered request is discarded */
#define INTAKE_REST_NS (30 * CLOCK_S)	/* how long the rest of an answer may take */
#define INTAKE_REST_MAX_B ((size_t)16 << 20) /* of all rests */

enum intake_state {
	INTAKE_FREE,
	INTAKE_PARTIAL,
	INTAKE_READY,  /* whole, or too large: to be given out */
	INTAKE_LATE,   /* incomplete, and given out all the same */
	INTAKE_SERVED, /* given out */
	INTAKE_LINGER, /* answered; its input is discarded */
	INTAKE_REST    /* the rest of its answer is being sent */
};

struct intake_conn {
	enum intake_state state;
	bool parked; /* in the poll set */
	int fd;
	uint64_t since_ns; /* accepted */
	uint64_t queued_ns; /* the backlog was empty then */
	uint64_t until_ns; /* limit of what is parked */
	uint64_t ready_ns; /* since when the request may have been whole */
	uint64_t read_ns;  /* when it was found to be so */
	struct fcgi_reader in;
	char *rest_p; /* of the answer, mapped; NULL: none */
	size_t rest_b, sent_b;
};

struct intake {
	int listen_fd;
	int all_fd;	/* epoll of the listening socket and of parked_fd */
	int parked_fd;	/* epoll of the parked connections */
	size_t n, parked_n; /* n: those with memory, the first ones */
	size_t rest_b;	/* of all connections */
	size_t ready_n; /* INTAKE_READY or INTAKE_LATE */
	uint64_t looked_ns; /* all input of before was read */
	uint64_t clear_ns;  /* when the backlog was last seen to be empty; 0: never */
	uint64_t next_ns;   /* the next limit of a parked connection */
	uint64_t way_ns;    /* until then a ready request gives way; 0: none does */
	bool holds;	    /* a ready request waits for the database */
	bool stopping;
	struct stats *stats;
	fcgi_light_fn *light;
	fcgi_held_fn *held;
	void *arg;
	struct intake_conn conn[INTAKE_CONNS + INTAKE_LINGERS];
	char piece[65536];
};

/* Takes over the listening socket. body_max_b: the largest body that is read. The memory of connections is mapped, and
 * taken only as it is used. */
MUST_USE bool intake_open(struct intake *, int listen_fd, size_t body_max_b, struct stats *, struct err *);

/* Gives out the next request, or NULL when none is ready. To be answered and then passed to intake_done(). */
struct intake_conn *intake_take(struct intake *);

/* Waits until something may have become ready, until_ns, or a signal that `mask` lets through. */
void intake_wait(struct intake *, uint64_t until_ns, const sigset_t *mask);

/* No connection is accepted any more; incomplete ones get INTAKE_STOP_NS. */
void intake_stop(struct intake *);

/* True when no connection is left. */
bool intake_empty(const struct intake *);

/* Takes over the rest of an answer that the client reads too slowly, and sends it after intake_done() while the worker
 * serves others. False if there is no room. */
MUST_USE bool intake_keep_rest(struct intake *, struct intake_conn *, const struct iovec *, size_t n);

/* Ends the connection; one with unread input is closed only when the peer has closed it or after INTAKE_LINGER_NS, as
 * a reset might overtake the answer. */
void intake_done(struct intake *, struct intake_conn *);

#endif
