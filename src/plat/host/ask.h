/* ask.h - a short exchange with a server: connect, send, read, all of it before one deadline. */
#ifndef KONTOR_PLAT_HOST_ASK_H
#define KONTOR_PLAT_HOST_ASK_H

#include "base/buf.h"
#include "base/clock.h"

struct ask {
	int fd;
	uint64_t deadline_ns;
};

/* Connects to the path of a socket, or to host:port. ERR_UPSTREAM; err.code is the errno of a socket that could not be
 * connected to, ETIMEDOUT past the deadline, 0 when the host has no address. */
MUST_USE bool ask_open(struct ask *, struct str where, uint64_t deadline_ns, struct err *);
void ask_close(struct ask *);

MUST_USE bool ask_send(struct ask *, struct str, struct err *);

/* Adds what it reads, until that ends in `end`, or, when `end` is empty, until the server closes the connection.
 * ERR_LIMIT when the buffer is full before that. */
MUST_USE bool ask_read(struct ask *, struct buf *, struct str end, struct err *);

#endif
