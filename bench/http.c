#include "http.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_B ((size_t)32 * 1024)

void
http_init(struct http *h, int port, const char *path)
{
	*h = (struct http){.port = port, .path = path, .poll_fd = -1, .fd = -1};
}

static void
hang_up(struct http *h)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
	h->used = false;
}

void
http_fini(struct http *h)
{
	hang_up(h);
	free(h->in);
	h->in = NULL;
}

static int
open_port(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
open_path(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) < sizeof(to.sun_path))
		memcpy(to.sun_path, path, strlen(path) + 1);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Both ends are on this machine, so connect blocks only briefly. */
static bool
dial(struct http *h)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = h}};

	h->fd = h->path != NULL ? open_path(h->path) : open_port(h->port);
	if (h->fd < 0)
		return false;
	h->opened++;
	h->sent = 0;
	if (h->poll_fd < 0)
		return true;
	return fcntl(h->fd, F_SETFL, O_NONBLOCK) == 0 && epoll_ctl(h->poll_fd, EPOLL_CTL_ADD, h->fd, &ev) == 0;
}

void
http_begin(struct http *h, const char *request, size_t n)
{
	h->out = request;
	h->out_n = n;
	h->sent = h->in_n = h->head_n = h->body_left = 0;
	h->bytes = 0;
	h->status = 0;
}

static enum http_state
lost(struct http *h)
{
	hang_up(h);
	return HTTP_FAILED;
}

const char *
http_header(const struct http *h, const char *name, const char *after, size_t *n)
{
	size_t name_n = strlen(name);
	const char *end = h->in + h->head_n, *at = after == NULL ? h->in : after, *stop;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end) {
		if ((size_t)(end - at) <= name_n || strncasecmp(at, name, name_n) != 0 || at[name_n] != ':')
			continue;
		at += name_n + 1;
		at += strspn(at, " ");
		stop = memchr(at, '\r', (size_t)(end - at));
		*n = stop == NULL ? 0 : (size_t)(stop - at);
		return at;
	}
	return NULL;
}

static bool
read_head(struct http *h)
{
	const char *v, *line = h->in;
	size_t n = 0, had = h->in_n - h->head_n;

	if (h->in_n < 12 || memcmp(line, "HTTP/1.", 7) != 0)
		return false;
	h->status = (int)strtol(line + 9, NULL, 10);
	v = http_header(h, "connection", NULL, &n);
	h->close_after = v != NULL && n == 5 && strncasecmp(v, "close", 5) == 0;
	if (h->status == 204 || h->status == 304) {
		h->body_left = 0;
		return had == 0;
	}
	v = http_header(h, "content-length", NULL, &n);
	if (v == NULL)
		return false;
	h->body_left = strtoul(v, NULL, 10);
	if (had > h->body_left)
		return false;
	h->body_left -= had;
	return true;
}

static bool
make_room(struct http *h)
{
	size_t cap = h->in_cap == 0 ? 2 * READ_B : 2 * h->in_cap;
	char *more;

	if (h->head_n > 0 && !h->keep)
		h->in_n = h->head_n;
	if (h->in_n + READ_B < h->in_cap)
		return true;
	more = realloc(h->in, cap);
	if (more == NULL)
		return false;
	h->in = more;
	h->in_cap = cap;
	return true;
}

/* Processes `n` new bytes at in_n. */
static bool
take(struct http *h, size_t n)
{
	const char *end;

	h->in_n += n;
	h->bytes += n;
	h->in[h->in_n] = '\0';
	if (h->head_n > 0) {
		if (n > h->body_left)
			return false;
		h->body_left -= n;
		return true;
	}
	end = memmem(h->in, h->in_n, "\r\n\r\n", 4);
	if (end == NULL)
		return h->in_n < READ_B;
	h->head_n = (size_t)(end - h->in) + 4;
	return read_head(h);
}

static enum http_state
finish(struct http *h)
{
	h->used = true;
	if (h->close_after)
		hang_up(h);
	return HTTP_DONE;
}

/* HTTP_FAILED leaves the connection open to the caller, which may retry. */
static enum http_state
send_rest(struct http *h)
{
	ssize_t n;

	while (h->sent < h->out_n) {
		n = send(h->fd, h->out + h->sent, h->out_n - h->sent, MSG_NOSIGNAL);
		if (n > 0)
			h->sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			return HTTP_AGAIN;
		else if (n == 0 || errno != EINTR)
			return HTTP_FAILED;
	}
	return HTTP_DONE;
}

static enum http_state
read_answer(struct http *h)
{
	ssize_t n;

	for (;;) {
		if (!make_room(h))
			return HTTP_FAILED;
		n = recv(h->fd, h->in + h->in_n, READ_B, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return HTTP_AGAIN;
		if (n <= 0 || !take(h, (size_t)n))
			return HTTP_FAILED;
		if (h->head_n > 0 && h->body_left == 0)
			return HTTP_DONE;
	}
}

enum http_state
http_go(struct http *h)
{
	enum http_state s;
	bool again;

	do {
		if (h->fd < 0 && !dial(h))
			return lost(h);
		s = send_rest(h);
		if (s == HTTP_DONE)
			s = read_answer(h);
		/* The server may close an idle connection just when the next request is sent. */
		again = s == HTTP_FAILED && h->used && h->bytes == 0;
		if (again)
			hang_up(h);
	} while (again);
	if (s == HTTP_FAILED)
		return lost(h);
	return s == HTTP_DONE ? finish(h) : s;
}
