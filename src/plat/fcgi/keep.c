#include "plat/fcgi/keep.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

#define MESSAGE_B 320

/* systemd's notification socket, NOTIFY_SOCKET. */
struct systemd {
	int fd;
	struct sockaddr_un addr;
	socklen_t addr_n;
};

static bool
open_systemd(struct systemd *s, const char *where, struct err *e)
{
	size_t n = strlen(where);

	*s = (struct systemd){.addr = {.sun_family = AF_UNIX}};
	if (n >= sizeof(s->addr.sun_path) || (where[0] != '/' && where[0] != '@'))
		return err_set(e, ERR_UPSTREAM, "NOTIFY_SOCKET=%s is not a socket", where);
	memcpy(s->addr.sun_path, where, n);
	if (where[0] == '@') /* abstract namespace */
		s->addr.sun_path[0] = '\0';
	s->addr_n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return s->fd >= 0 || err_set(e, ERR_UPSTREAM, "socket: %s", strerror(errno));
}

/* Sends one message of the sd_notify(3) protocol, with a descriptor unless fd is -1. */
static bool
keep_notify(struct systemd *s, const char *text, int fd)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec part = {(void *)(uintptr_t)text, strlen(text)};
	struct msghdr msg = {.msg_name = &s->addr, .msg_namelen = s->addr_n, .msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0) {
		struct cmsghdr *c = &control.head;

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
	}
	return sendmsg(s->fd, &msg, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

/* The inode of the socket's file; false when it has none. */
static bool
file_of(int fd, unsigned long long *inode)
{
	struct sockaddr_un addr;
	socklen_t n = sizeof(addr);
	struct stat st;

	if (getsockname(fd, (struct sockaddr *)&addr, &n) != 0 || addr.sun_family != AF_UNIX
	    || n <= offsetof(struct sockaddr_un, sun_path) || addr.sun_path[0] != '/' || stat(addr.sun_path, &st) != 0)
		return false;
	*inode = st.st_ino;
	return true;
}

static bool
let_go(struct systemd *s, const char *names)
{
	struct str rest = str_z(names == NULL ? "" : names), name;
	char text[MESSAGE_B];
	bool ok = true;

	while (rest.n > 0 && str_cut(&rest, ':', &name)) {
		snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%.*s\n", STR_ARG(name));
		ok = keep_notify(s, text, -1) && ok;
	}
	return ok;
}

bool
keep_socket(int fd, struct err *e)
{
	const char *where = getenv("NOTIFY_SOCKET");
	unsigned long long inode;
	char text[MESSAGE_B];
	struct systemd s;
	bool ok;

	if (where == NULL || *where == '\0' || getenv("LISTEN_FDS") != NULL || !file_of(fd, &inode))
		return true;
	if (!open_systemd(&s, where, e))
		return false;
	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=listen-%llu\n", inode);
	ok = (let_go(&s, getenv("LISTEN_FDNAMES")) && keep_notify(&s, text, fd))
	     || err_set(e, ERR_UPSTREAM, "%s: %s", where, strerror(errno));
	close(s.fd);
	return ok;
}

bool
keep_alive(struct err *e)
{
	const char *where = getenv("NOTIFY_SOCKET");
	struct systemd s;
	bool ok;

	if (where == NULL || *where == '\0' || getenv("WATCHDOG_USEC") == NULL)
		return true;
	if (!open_systemd(&s, where, e))
		return false;
	ok = keep_notify(&s, "WATCHDOG=1\n", -1) || err_set(e, ERR_UPSTREAM, "%s: %s", where, strerror(errno));
	close(s.fd);
	return ok;
}
