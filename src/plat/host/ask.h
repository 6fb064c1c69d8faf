/* ask.h - a short exchange with a server: connect, send and read under one deadline. */
#ifndef KONTOR_PLAT_HOST_ASK_H
#define KONTOR_PLAT_HOST_ASK_H

#include "base/buf.h"
#include "base/clock.h"

struct ask {
	int fd;
	uint64_t deadline_ns;
};

/* Connects to a socket's path, or to host:port. Fails with ERR_UPSTREAM; err.code is the errno of the failed connect,
 * ETIMEDOUT after the deadline, 0 when the host has no address. */
MUST_USE bool ask_open(struct ask *, struct str where, uint64_t deadline_ns, struct err *);
void ask_close(struct ask *);

MUST_USE bool ask_send(struct ask *, struct str, struct err *);

/* Appends to the buffer until it ends in `end`, or, if `end` is empty, until the server closes the connection.
 * ERR_LIMIT when the buffer is full before that. */
MUST_USE bool ask_read(struct ask *, struct buf *, struct str end, struct err *);

#endif
