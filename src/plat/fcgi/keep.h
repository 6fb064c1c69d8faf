/* keep.h - messages to systemd: leaves the listening socket with it while a backend restarts; feeds its watchdog.
 *
 * spawn-fcgi binds the socket and its children inherit it. When the last child ends, the socket closes and web servers
 * cannot connect. With FileDescriptorStoreMax= systemd stores descriptors that a service sends (sd_notify(3),
 * "FDSTORE=1") and passes them to its next start as LISTEN_FDS. Meanwhile connections wait in the socket's backlog, and
 * no request is lost.
 *
 * The socket's file may be deleted and another socket bound at its path. So a descriptor is stored under the name
 * "listen-INODE": the next start takes the descriptor whose file still exists, or binds a new socket
 * (kontor-backend). */
#ifndef KONTOR_PLAT_FCGI_KEEP_H
#define KONTOR_PLAT_FCGI_KEEP_H

#include "base/err.h"

/* Gives systemd a socket that has a file, to store, and removes the sockets that systemd passed to this start
 * (LISTEN_FDNAMES), since the start found none of them usable. Does nothing without NOTIFY_SOCKET, or when the socket
 * came from systemd (LISTEN_FDS). systemd ignores a socket that it already stores, so every worker may call this. Fails
 * with ERR_UPSTREAM. */
MUST_USE bool keep_socket(int fd, struct err *);

/* Tells systemd's watchdog (WatchdogSec=) that this process is alive. Does nothing without such a watchdog. Fails with
 * ERR_UPSTREAM. */
MUST_USE bool keep_alive(struct err *);

#endif
