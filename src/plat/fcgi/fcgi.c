#include "plat/fcgi/fcgi.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "plat/fcgi/fcgi_head.h"
#include "plat/stats/sending.h"

#define RECORD_MAX_B 65528 /* the largest multiple of 8 below 64 KiB, so that no full record needs padding */
#define ACCEPT_PAUSE_NS (50 * CLOCK_MS)
#define INTERRUPT_AGAIN_NS (20 * (long)CLOCK_MS)
#define DISCARD_MAX_B ((uint64_t)64 << 20)
#define IOV_AT_ONCE 512

struct fcgi {
	FCGX_Request rq;
	int listen_fd, epoll_fd;
	int conn_fd; /* -1: no current request */
	int request_id;
	bool whole;	  /* the request was parsed into `head`; else libfcgi has it in `rq` */
	bool input_ended; /* the empty record that ends the body was read or will not come */
	uint32_t read_ms;
	struct fcgi_head head;
	char peeked[FCGI_HEAD_MAX_B];
	timer_t interrupt;
	sigset_t while_waiting;
};

static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};
static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

/* Does nothing; the signal itself interrupts the read(2) inside libfcgi. */
static void
on_interrupt(int sig)
{
	(void)sig;
}

/* Call it before FCGX_Init(), which does not change signals that have a handler. */
static void
catch_signals(struct fcgi *f)
{
	struct sigaction sa = {.sa_handler = on_stop};
	sigset_t block;

	sigemptyset(&sa.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++) {
		sigaction(stop_signals[i], &sa, NULL);
		sigaddset(&block, stop_signals[i]);
	}
	sigprocmask(SIG_BLOCK, &block, &f->while_waiting);
	for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
		sigdelset(&f->while_waiting, stop_signals[i]);
	sa.sa_handler = on_interrupt;
	sigaction(SIGRTMIN, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

bool
fcgi_open(struct arena *process_arena, int listen_fd, uint32_t read_ms, struct fcgi **out, struct err *e)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct epoll_event wanted = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	struct fcgi *f = ARENA_NEW(process_arena, struct fcgi);
	int listening = 0, flags;
	socklen_t n = sizeof(listening);

	if (getsockopt(listen_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n) != 0 || !listening)
		return err_set(e, ERR_INPUT, "descriptor %d is not a listening socket; start through spawn-fcgi",
		    listen_fd);
	f->listen_fd = listen_fd;
	f->conn_fd = -1;
	f->read_ms = read_ms;
	catch_signals(f);
	flags = fcntl(listen_fd, F_GETFL);
	/* On closing a connection libfcgi waits for the peer, 2 seconds by default. */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "100", 0);
	f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (f->epoll_fd < 0 || epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, listen_fd, &wanted) != 0
	    || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) != 0
	    || timer_create(CLOCK_MONOTONIC, &event, &f->interrupt) != 0 || FCGX_Init() != 0)
		return err_set(e, ERR_LIMIT, "cannot prepare the listening socket: %s", strerror(errno));
	*out = f;
	return true;
}

/* The timer repeats after it expires, since the first signal may fall between two reads. 0: off. */
static void
arm_interrupt(struct fcgi *f, uint32_t ms)
{
	struct itimerspec in = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}};

	if (ms > 0)
		in.it_interval.tv_nsec = INTERRUPT_AGAIN_NS;
	timer_settime(f->interrupt, 0, &in, NULL);
}

/* Accepts one connection; -1 when another process took it or accept fails. */
static int
accept_one(struct fcgi *f)
{
	int fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			log_put(LOG_ERROR, "event=accept_failed error=\"%s\"", strerror(errno));
			clock_sleep_ns(ACCEPT_PAUSE_NS);
		}
		return -1;
	}
	return fd;
}

static bool
no_request(void)
{
	log_put(LOG_WARN, "event=no_request msg=\"no request arrived on a connection in time\"");
	return false;
}

/* Reads a request that has arrived whole. If false, no byte was taken from the connection. */
static bool
take_whole(struct fcgi *f, int fd)
{
	ssize_t n = recv(fd, f->peeked, sizeof(f->peeked), MSG_PEEK | MSG_DONTWAIT);
	char taken[FCGI_HEAD_MAX_B];

	if (n <= 0 || !fcgi_head_parse(f->peeked, (size_t)n, &f->head))
		return false;
	f->whole = f->input_ended = recv(fd, taken, (size_t)n, MSG_DONTWAIT) == n;
	f->request_id = f->head.request_id;
	return f->whole;
}

/* Lets libfcgi read the header from fd. libfcgi does not accept when ipcFd is set, and keeps ipcFd when keepConnection
 * is set. After a bad header it closes fd and accepts again; that fails at once because its listening socket is -1. */
static bool
read_header(struct fcgi *f, int fd)
{
	struct timeval tv = {.tv_sec = f->read_ms / 1000, .tv_usec = (suseconds_t)(f->read_ms % 1000) * 1000};
	int rc;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	FCGX_InitRequest(&f->rq, -1, 0);
	f->rq.ipcFd = fd;
	f->rq.keepConnection = 1;
	arm_interrupt(f, f->read_ms);
	rc = FCGX_Accept_r(&f->rq);
	arm_interrupt(f, 0);
	if (rc != 0)
		return no_request();
	f->whole = f->input_ended = false;
	f->request_id = f->rq.requestId;
	return true;
}

/* Reads a request that had not arrived whole. Closes the connection when no request comes. */
static bool
read_request(struct fcgi *f, int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	if (poll(&pfd, 1, (int)f->read_ms) == 0) {
		close(fd);
		return no_request();
	}
	return take_whole(f, fd) || read_header(f, fd);
}

/* Takes a pending stop signal: epoll_pwait() delivers none while connections are waiting. */
static void
look_for_stop(void)
{
	sigset_t pending;

	if (sigpending(&pending) != 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
		if (sigismember(&pending, stop_signals[i]) == 1)
			stop = 1;
}

enum fcgi_event
fcgi_next(struct fcgi *f, uint64_t until_ns)
{
	for (;;) {
		struct epoll_event got;
		int n, fd = -1;

		look_for_stop();
		if (stop)
			return FCGI_EVENT_STOP;
		if (clock_left_ns(until_ns) == 0)
			return FCGI_EVENT_TIME;
		n = epoll_pwait(f->epoll_fd, &got, 1, clock_left_ms(until_ns), &f->while_waiting);
		if (n > 0)
			fd = accept_one(f);
		f->conn_fd = fd;
		if (fd >= 0 && (take_whole(f, fd) || read_request(f, fd)))
			return FCGI_EVENT_REQUEST;
		f->conn_fd = -1;
	}
}

struct str
fcgi_param(const struct fcgi *f, const char *name)
{
	return f->whole ? fcgi_head_param(&f->head, name) : str_z(FCGX_GetParam(name, f->rq.envp));
}

size_t
fcgi_param_count(const struct fcgi *f, const char *name)
{
	struct str wanted = str_z(name);
	size_t count = 0;

	for (size_t i = 0; f->whole && i < f->head.n; i++)
		count += str_eq(f->head.param[i].name, wanted);
	for (char **env = f->whole ? NULL : f->rq.envp; env != NULL && *env != NULL; env++)
		count += str_starts(str_z(*env), wanted) && (*env)[wanted.n] == '=';
	return count;
}

/* Reads until `n` bytes have arrived, the body ends, or the deadline passes. */
static size_t
read_some(struct fcgi *f, char *p, size_t n)
{
	int got = FCGX_GetStr(p, n > INT_MAX ? INT_MAX : (int)n, f->rq.in);

	return got < 0 ? 0 : (size_t)got;
}

/* Reads the rest of the input. Web servers send the end of a body, even of an empty one, in a separate write. If the
 * connection is closed before that, Apache assumes a dead worker and discards the answer. */
static void
read_to_end(struct fcgi *f)
{
	char bin[4096];

	for (uint64_t n = 0; n < DISCARD_MAX_B && read_some(f, bin, sizeof(bin)) == sizeof(bin);)
		n += sizeof(bin);
	f->input_ended = true;
}

static bool
discard(struct fcgi *f, size_t max_b, struct err *e)
{
	read_to_end(f);
	return err_set(e, ERR_TOO_LARGE, "the body is larger than %zu bytes", max_b);
}

static bool
body_of_length(struct fcgi *f, struct arena *a, size_t n, struct str *body, struct err *e)
{
	char *p = arena_try(a, n + 1);
	size_t got;

	if (p == NULL)
		return err_set(e, ERR_LIMIT, "no memory for a body of %zu bytes", n);
	got = read_some(f, p, n);
	f->input_ended = got < n;
	if (got < n)
		return err_set(e, ERR_INPUT, "the body was cut off: %zu of %zu bytes arrived", got, n);
	*body = str_n(p, n);
	return true;
}

static bool
body_to_end(struct fcgi *f, struct arena *a, size_t max_b, struct str *body, struct err *e)
{
	char part[4096];
	struct buf all;
	size_t got;

	buf_init(&all, a, max_b);
	do {
		got = read_some(f, part, sizeof(part));
		buf_put(&all, str_n(part, got));
	} while (got == sizeof(part) && !all.over);
	f->input_ended = got < sizeof(part);
	if (all.over)
		return discard(f, max_b, e);
	if (FCGX_GetError(f->rq.in) != 0)
		return err_set(e, ERR_INPUT, "the body was cut off after %zu bytes", all.n);
	*body = buf_str(&all);
	return true;
}

bool
fcgi_body(struct fcgi *f, struct arena *a, size_t max_b, struct str *body, struct err *e)
{
	struct str length = fcgi_param(f, "CONTENT_LENGTH");
	uint64_t n = 0;
	bool ok;

	*body = STR_NONE;
	if (f->whole)
		return true;
	if (length.n > 0 && !num_u64(length, 0, INT64_MAX, &n))
		return err_set(e, ERR_INPUT, "CONTENT_LENGTH is not a number");
	arm_interrupt(f, f->read_ms);
	if (length.n == 0)
		ok = body_to_end(f, a, max_b, body, e);
	else if (n > max_b)
		ok = discard(f, max_b, e);
	else
		ok = body_of_length(f, a, n, body, e);
	arm_interrupt(f, 0);
	return ok;
}

/* The answer as records: a header and the content for each part. */
struct records {
	struct arena *a;
	struct iovec *iov;
	size_t n;
	int request_id;
};

static void
record_header(struct records *r, int type, size_t content_b)
{
	FCGI_Header *h = ARENA_NEW(r->a, FCGI_Header);

	h->version = FCGI_VERSION_1;
	h->type = (unsigned char)type;
	h->requestIdB1 = (unsigned char)(r->request_id >> 8);
	h->requestIdB0 = (unsigned char)r->request_id;
	h->contentLengthB1 = (unsigned char)(content_b >> 8);
	h->contentLengthB0 = (unsigned char)content_b;
	r->iov[r->n++] = (struct iovec){h, sizeof(*h)};
}

static void
records_put(struct records *r, struct str s)
{
	while (s.n > 0) {
		struct str part = str_head(s, RECORD_MAX_B);

		record_header(r, FCGI_STDOUT, part.n);
		r->iov[r->n++] = (struct iovec){(char *)(uintptr_t)part.p, part.n};
		s = str_from(s, part.n);
	}
}

static void
records_end(struct records *r)
{
	FCGI_EndRequestBody *end = ARENA_NEW(r->a, FCGI_EndRequestBody);

	record_header(r, FCGI_STDOUT, 0);
	record_header(r, FCGI_END_REQUEST, sizeof(*end));
	end->protocolStatus = FCGI_REQUEST_COMPLETE;
	r->iov[r->n++] = (struct iovec){end, sizeof(*end)};
}

/* Skips `sent` bytes at the front of iov[*at..]. */
static void
iov_advance(struct iovec *iov, size_t *at, size_t sent)
{
	while (sent > 0 && sent >= iov[*at].iov_len)
		sent -= iov[(*at)++].iov_len;
	if (sent > 0) {
		iov[*at].iov_base = (char *)iov[*at].iov_base + sent;
		iov[*at].iov_len -= sent;
	}
}

static size_t
iov_bytes(const struct iovec *iov, size_t n)
{
	size_t all_b = 0;

	while (n-- > 0)
		all_b += iov++->iov_len;
	return all_b;
}

static bool
write_all(int fd, struct records *r, uint64_t deadline_ns, struct sending *sending)
{
	struct iovec *iov = r->iov;

	for (size_t at = 0; at < r->n;) {
		struct pollfd pfd = {.fd = fd, .events = POLLOUT};
		ssize_t sent = sending_send(sending, fd, iov + at, r->n - at < IOV_AT_ONCE ? r->n - at : IOV_AT_ONCE);

		if (sent >= 0)
			iov_advance(iov, &at, (size_t)sent);
		else if (errno == EAGAIN) {
			if (poll(&pfd, 1, clock_left_ms(deadline_ns)) == 0)
				return false;
		} else if (errno != EINTR)
			return false;
	}
	return true;
}

static struct records
records_of(const struct fcgi *f, const struct fcgi_answer *answer)
{
	size_t parts = answer->head.n / RECORD_MAX_B + answer->body.n / RECORD_MAX_B + 2;
	struct records r = {.a = answer->a, .request_id = f->request_id};

	r.iov = ARENA_ARRAY(answer->a, struct iovec, 2 * parts + 3);
	records_put(&r, answer->head);
	records_put(&r, answer->body);
	records_end(&r);
	return r;
}

/* Drops the second half of the answer. */
static void
cut_in_half(struct records *r, size_t all_b)
{
	size_t left_b = all_b / 2;

	r->n = 0;
	while (r->iov[r->n].iov_len < left_b)
		left_b -= r->iov[r->n++].iov_len;
	r->iov[r->n++].iov_len = left_b;
}

bool
fcgi_send(struct fcgi *f, const struct fcgi_answer *answer)
{
	struct records r = records_of(f, answer);
	size_t all_b = iov_bytes(r.iov, r.n);

	if (!f->input_ended) {
		arm_interrupt(f, f->read_ms);
		read_to_end(f);
		arm_interrupt(f, 0);
	}
	sending_begin(answer->sending, all_b);
	if (answer->half)
		cut_in_half(&r, all_b);
	return write_all(f->conn_fd, &r, answer->deadline_ns, answer->sending);
}

/* Closing with unread input sends a reset, which may overtake the answer. So shut down our side, drain the input, then
 * close. */
static void
let_go(struct fcgi *f)
{
	char bin[4096];

	shutdown(f->conn_fd, SHUT_WR);
	while (recv(f->conn_fd, bin, sizeof(bin), MSG_DONTWAIT) > 0)
		;
	f->rq.ipcFd = -1;
	FCGX_Free(&f->rq, 0);
}

void
fcgi_done(struct fcgi *f)
{
	if (f->conn_fd < 0)
		return;
	if (!f->whole)
		let_go(f);
	close(f->conn_fd);
	f->conn_fd = -1;
}
