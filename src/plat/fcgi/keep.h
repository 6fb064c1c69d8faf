/* keep.h - the listening socket, left with systemd for the time in which a backend is started anew.
 *
 * spawn-fcgi binds the socket and everything that it starts inherits it; when all of that has ended, the socket is gone
 * and a web server that connects is refused. systemd keeps descriptors for a service that asks it to
 * (FileDescriptorStoreMax=) and hands them to its next start as LISTEN_FDS (sd_notify(3), "FDSTORE=1"). Meanwhile
 * connections wait in the socket's queue, and no request is lost.
 *
 * A socket is reached by the file that was made when it was bound. That file may be deleted and another socket bound at
 * its path, so a descriptor is kept under the name "listen-INODE" of its file: the next start takes the one whose file
 * is there, or binds anew (kontor-backend). */
#ifndef KONTOR_PLAT_FCGI_KEEP_H
#define KONTOR_PLAT_FCGI_KEEP_H

#include "base/err.h"

/* Leaves a socket that has a file with systemd, and lets go those that it handed over (LISTEN_FDNAMES) and that are of
 * no use. Does nothing when no systemd asks for it, or when the socket came from there (LISTEN_FDS). systemd knows a
 * socket that it has already, so each worker may call this. ERR_UPSTREAM. */
MUST_USE bool keep_socket(int fd, struct err *);

#endif
