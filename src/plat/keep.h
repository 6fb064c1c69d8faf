/* keep.h - the listening socket, left with systemd for the time in which a backend is started anew.
 *
 * spawn-fcgi binds the socket and everything that it starts inherits it; when all of that has ended, the socket is gone
 * and a web server that connects is refused. systemd keeps descriptors for a service that asks it to
 * (FileDescriptorStoreMax=) and hands them to its next start as LISTEN_FDS (sd_notify(3), "FDSTORE=1"). Meanwhile
 * connections wait in the socket's queue, and no request is lost. */
#ifndef KONTOR_PLAT_KEEP_H
#define KONTOR_PLAT_KEEP_H

#include "base/err.h"

/* Leaves the socket with systemd, in the place of one that it kept before: the name of that one was taken away, and
 * bound anew. Does nothing when no systemd asks for it, or when the socket came from there. Each worker may call this.
 * ERR_UPSTREAM. */
MUST_USE bool keep_socket(int fd, struct err *);

#endif
