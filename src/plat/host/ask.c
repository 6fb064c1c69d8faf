#include "plat/host/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HOST_MAX 256

static bool
ask_fail(struct err *e, const char *what, int code)
{
	err_set(e, ERR_UPSTREAM, "%s: %s", what, code == ETIMEDOUT ? "no answer in time" : strerror(code));
	e->code = code;
	return false;
}

static int
wait_for(const struct ask *k, short events)
{
	struct pollfd pfd = {.fd = k->fd, .events = events};
	int n;

	do
		n = poll(&pfd, 1, clock_left_ms(k->deadline_ns));
	while (n < 0 && errno == EINTR);
	return n < 0 ? errno : n == 0 ? ETIMEDOUT : 0;
}

/* A local socket with a full backlog returns EAGAIN. Nothing can be polled then, so retry until the deadline. */
static int
connect_to(struct ask *k, const struct sockaddr *to, socklen_t n)
{
	int code = 0;
	socklen_t size = sizeof(code);

	k->fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (k->fd < 0)
		return errno;
	while (connect(k->fd, to, n) != 0) {
		if (errno == EINPROGRESS) {
			code = wait_for(k, POLLOUT);
			if (code == 0 && getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
				code = errno;
			break;
		}
		if (errno != EAGAIN && errno != EINTR)
			return errno;
		if (clock_left_ns(k->deadline_ns) == 0)
			return ETIMEDOUT;
		clock_sleep_ns(10 * CLOCK_MS);
	}
	return code;
}

static bool
open_host(struct ask *k, struct str where, struct err *e)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
	char host[HOST_MAX];
	const char *port = "";
	int rc;

	snprintf(host, sizeof(host), "%.*s", STR_ARG(where));
	if (strrchr(host, ':') != NULL) {
		port = strrchr(host, ':') + 1;
		host[port - host - 1] = '\0';
	}
	rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0)
		return err_set(e, ERR_UPSTREAM, "%s: %s", host, gai_strerror(rc));
	rc = EHOSTUNREACH;
	for (const struct addrinfo *i = list; i != NULL && rc != 0; i = i->ai_next) {
		ask_close(k);
		rc = connect_to(k, i->ai_addr, i->ai_addrlen);
	}
	freeaddrinfo(list);
	return rc == 0 || ask_fail(e, "connect", rc);
}

bool
ask_open(struct ask *k, struct str where, uint64_t deadline_ns, struct err *e)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	bool ok;
	int rc;

	*k = (struct ask){.fd = -1, .deadline_ns = deadline_ns};
	if (!str_starts(where, STR("/"))) {
		ok = open_host(k, where, e);
	} else if (where.n >= sizeof(un.sun_path)) {
		ok = ask_fail(e, "connect", ENAMETOOLONG);
	} else {
		memcpy(un.sun_path, where.p, where.n);
		rc = connect_to(k, (const struct sockaddr *)&un, sizeof(un));
		ok = rc == 0 || ask_fail(e, "connect", rc);
	}
	if (!ok)
		ask_close(k);
	return ok;
}

void
ask_close(struct ask *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

bool
ask_send(struct ask *k, struct str s, struct err *e)
{
	while (s.n > 0) {
		ssize_t n = send(k->fd, s.p, s.n, MSG_NOSIGNAL);
		int rc;

		if (n > 0) {
			s = str_from(s, (size_t)n);
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return ask_fail(e, "send", errno);
		rc = wait_for(k, POLLOUT);
		if (rc != 0)
			return ask_fail(e, "send", rc);
	}
	return true;
}

bool
ask_read(struct ask *k, struct buf *out, struct str end, struct err *e)
{
	const size_t begin = out->n;
	char part[8192];

	while (!out->over && (end.n == 0 || out->n - begin < end.n || !str_ends(buf_str(out), end))) {
		ssize_t n;
		int rc;

		if (clock_left_ns(k->deadline_ns) == 0) /* even while data keeps coming */
			return ask_fail(e, "read", ETIMEDOUT);
		n = recv(k->fd, part, sizeof(part), 0);
		if (n > 0)
			buf_put(out, str_n(part, (size_t)n));
		else if (n == 0)
			return end.n == 0 || ask_fail(e, "the connection was closed", ECONNRESET);
		else if (errno != EAGAIN && errno != EINTR)
			return ask_fail(e, "read", errno);
		else if ((rc = wait_for(k, POLLIN)) != 0)
			return ask_fail(e, "read", rc);
	}
	return buf_check(out, e);
}
