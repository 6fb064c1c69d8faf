#include "plat/keep.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket that was kept before and is of no use any more: its name was taken away. */
static bool
send_removal(int to, const struct sockaddr_un *addr, socklen_t addr_n)
{
	static const char text[] = "FDSTOREREMOVE=1\nFDNAME=listen\n";

	return sendto(to, text, sizeof(text) - 1, MSG_NOSIGNAL, (const struct sockaddr *)addr, addr_n)
	       == (ssize_t)sizeof(text) - 1;
}

/* One message with the descriptor beside it, as sd_notify(3) describes the protocol. */
static bool
send_descriptor(int to, const struct sockaddr_un *addr, socklen_t addr_n, int fd)
{
	static const char text[] = "FDSTORE=1\nFDNAME=listen\n";
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec part = {(void *)text, sizeof(text) - 1};
	struct msghdr msg = {.msg_name = (void *)addr,
	    .msg_namelen = addr_n,
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(to, &msg, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

bool
keep_socket(int fd, struct err *e)
{
	const char *where = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t n = where == NULL ? 0 : strlen(where);
	socklen_t addr_n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	int to;
	bool ok;

	if (n == 0 || getenv("LISTEN_FDS") != NULL)
		return true;
	if (n >= sizeof(addr.sun_path) || (where[0] != '/' && where[0] != '@'))
		return err_set(e, ERR_UPSTREAM, "NOTIFY_SOCKET=%s is no socket", where);
	memcpy(addr.sun_path, where, n);
	if (where[0] == '@') /* the abstract name space */
		addr.sun_path[0] = '\0';
	to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (to < 0)
		return err_set(e, ERR_UPSTREAM, "socket: %s", strerror(errno));
	ok = (send_removal(to, &addr, addr_n) && send_descriptor(to, &addr, addr_n, fd))
	     || err_set(e, ERR_UPSTREAM, "%s: %s", where, strerror(errno));
	close(to);
	return ok;
}
