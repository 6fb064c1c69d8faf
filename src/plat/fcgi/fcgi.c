#include "plat/fcgi/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/num.h"
#include "plat/fcgi/fcgi_intake.h"
#include "plat/stats/sending.h"

#define RECORD_MAX_B 65528 /* the largest multiple of 8 below 64 KiB, so that no full record needs padding */
#define IOV_AT_ONCE 512
#define SLOW_NS (50 * CLOCK_MS)
#define REPLAY_MEM_B ((size_t)64 << 10)

struct fcgi {
	struct intake in;
	struct intake_conn *conn; /* NULL: no current request */
	bool in_place;	     /* the variables stand in conn->in.head; else libfcgi has read them into `rq` */
	FCGX_Request rq;
	int replay_fd;	     /* the file from which libfcgi reads a whole request */
	struct arena replay; /* for the records in it */
	uint64_t stop_ns;    /* when a stop signal was seen; 0: none was */
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
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

bool
fcgi_open(struct arena *process_arena, int listen_fd, size_t body_max_b, struct stats *stats, struct fcgi **out,
    struct err *e)
{
	struct fcgi *f = ARENA_NEW(process_arena, struct fcgi);
	int listening = 0;
	socklen_t n = sizeof(listening);

	if (getsockopt(listen_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n) != 0 || !listening)
		return err_set(e, ERR_INPUT, "descriptor %d is not a listening socket; start through spawn-fcgi",
		    listen_fd);
	catch_signals(f);
	arena_init(&f->replay, REPLAY_MEM_B);
	f->replay_fd = memfd_create("request", MFD_CLOEXEC);
	if (f->replay_fd < 0 || FCGX_Init() != 0)
		return err_set(e, ERR_LIMIT, "cannot prepare libfcgi: %s", strerror(errno));
	*out = f;
	return intake_open(&f->in, listen_fd, body_max_b, stats, e);
}

void
fcgi_schedule(struct fcgi *f, fcgi_light_fn *light, fcgi_held_fn *held, void *arg)
{
	f->in.light = light;
	f->in.held = held;
	f->in.arg = arg;
}

/* Takes a pending stop signal: epoll_pwait() delivers none while connections are waiting. */
static void
look_for_stop(struct fcgi *f)
{
	sigset_t pending;

	if (sigpending(&pending) == 0)
		for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
			if (sigismember(&pending, stop_signals[i]) == 1)
				stop = 1;
	if (!stop || f->stop_ns > 0)
		return;
	f->stop_ns = clock_mono_ns();
	intake_stop(&f->in);
}

/* Records: a header and the content for each part. */
struct records {
	struct arena *a;
	struct iovec *iov;
	size_t n;
	int request_id;
};

/* Puts one record. The content is borrowed. */
static void
record_put(struct records *r, int type, struct str content)
{
	FCGI_Header *h = ARENA_NEW(r->a, FCGI_Header);

	h->version = FCGI_VERSION_1;
	h->type = (unsigned char)type;
	h->requestIdB1 = (unsigned char)(r->request_id >> 8);
	h->requestIdB0 = (unsigned char)r->request_id;
	h->contentLengthB1 = (unsigned char)(content.n >> 8);
	h->contentLengthB0 = (unsigned char)content.n;
	r->iov[r->n++] = (struct iovec){h, sizeof(*h)};
	if (content.n > 0)
		r->iov[r->n++] = (struct iovec){(char *)(uintptr_t)content.p, content.n};
}

static void
records_put(struct records *r, int type, struct str s)
{
	for (; s.n > 0; s = str_from(s, RECORD_MAX_B))
		record_put(r, type, str_head(s, RECORD_MAX_B));
}

static void
records_end(struct records *r)
{
	FCGI_EndRequestBody *end = ARENA_NEW(r->a, FCGI_EndRequestBody);

	end->protocolStatus = FCGI_REQUEST_COMPLETE;
	record_put(r, FCGI_STDOUT, STR_NONE);
	record_put(r, FCGI_END_REQUEST, str_n(end, sizeof(*end)));
}

/* Lets libfcgi read a whole request from a file, which never blocks. libfcgi does not accept when ipcFd is set, and
 * keeps ipcFd when keepConnection is set. */
static bool
replay(struct fcgi *f)
{
	struct fcgi_reader *in = &f->conn->in;
	size_t parts = in->head_b / RECORD_MAX_B + in->body_b / RECORD_MAX_B + 2;
	struct records r = {.a = &f->replay, .request_id = in->request_id};
	ssize_t all_b = 0;
	bool ok;

	r.iov = ARENA_ARRAY(r.a, struct iovec, 2 * parts + 4);
	record_put(&r, FCGI_BEGIN_REQUEST, str_n(in->begin, sizeof(in->begin)));
	records_put(&r, FCGI_PARAMS, str_n(in->head_p, in->head_b));
	record_put(&r, FCGI_PARAMS, STR_NONE);
	records_put(&r, FCGI_STDIN, str_n(in->body_p, in->body_b));
	record_put(&r, FCGI_STDIN, STR_NONE);
	for (size_t i = 0; i < r.n; i++)
		all_b += (ssize_t)r.iov[i].iov_len;
	FCGX_InitRequest(&f->rq, -1, 0);
	f->rq.ipcFd = f->replay_fd;
	f->rq.keepConnection = 1;
	ok = pwritev(f->replay_fd, r.iov, (int)r.n, 0) == all_b && lseek(f->replay_fd, 0, SEEK_SET) == 0
	     && FCGX_Accept_r(&f->rq) == 0;
	arena_reset(&f->replay);
	return ok;
}

static bool
has_no_body(const struct fcgi_head *h)
{
	struct str length = fcgi_head_param(h, "CONTENT_LENGTH"), method = fcgi_head_param(h, "REQUEST_METHOD");

	return (length.n == 0 || str_eq_z(length, "0")) && (str_eq_z(method, "GET") || str_eq_z(method, "HEAD"));
}

/* Makes the request's variables readable. */
static void
begin(struct fcgi *f, struct intake_conn *c)
{
	f->conn = c;
	f->in_place = c->in.part != FCGI_PART_WHOLE || (c->in.head.plain && has_no_body(&c->in.head));
	if (f->in_place)
		fcgi_reader_end_values(&c->in);
	else
		ASSERT(replay(f)); /* it is well-formed, and the file is memory */
}

enum fcgi_event
fcgi_next(struct fcgi *f, uint64_t until_ns)
{
	for (;;) {
		struct intake_conn *c;

		look_for_stop(f);
		if ((c = intake_take(&f->in)) != NULL) {
			begin(f, c);
			return FCGI_EVENT_REQUEST;
		}
		if (f->stop_ns > 0 && intake_empty(&f->in))
			return FCGI_EVENT_STOP;
		if (f->stop_ns == 0 && clock_left_ns(until_ns) == 0)
			return FCGI_EVENT_TIME;
		intake_wait(&f->in, until_ns, &f->while_waiting);
	}
}

uint64_t
fcgi_queued_ns(const struct fcgi *f)
{
	return f->conn->queued_ns;
}

/* Of a TCP connection only the web server's direction may be closed, which says nothing. */
bool
fcgi_gone(const struct fcgi *f)
{
	struct pollfd pfd = {.fd = f->conn->fd};

	return poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLHUP | POLLERR)) != 0;
}

bool
fcgi_trickled(const struct fcgi *f)
{
	return f->conn->ready_ns > f->conn->since_ns + INTAKE_YOUNG_NS;
}

uint64_t
fcgi_since_ns(const struct fcgi *f)
{
	return f->stop_ns > 0 && f->stop_ns < f->conn->ready_ns ? f->stop_ns : f->conn->ready_ns;
}

bool
fcgi_complete(const struct fcgi *f, struct err *e)
{
	switch (f->conn->in.part) {
	case FCGI_PART_WHOLE: return true;
	case FCGI_PART_TOO_LARGE: return err_set(e, ERR_TOO_LARGE, "the request is larger than allowed");
	default: return err_set(e, ERR_LATE, "the request did not arrive completely in time");
	}
}

struct str
fcgi_param(const struct fcgi *f, const char *name)
{
	return f->in_place ? fcgi_head_param(&f->conn->in.head, name) : str_z(FCGX_GetParam(name, f->rq.envp));
}

size_t
fcgi_param_count(const struct fcgi *f, const char *name)
{
	struct str wanted = str_z(name);
	size_t count = 0;

	for (size_t i = 0; f->in_place && i < f->conn->in.head.n; i++)
		count += str_eq(f->conn->in.head.param[i].name, wanted);
	for (char **env = f->in_place ? NULL : f->rq.envp; env != NULL && *env != NULL; env++)
		count += str_starts(str_z(*env), wanted) && (*env)[wanted.n] == '=';
	return count;
}

bool
fcgi_body(struct fcgi *f, struct arena *a, struct str *body, struct err *e)
{
	struct str length = fcgi_param(f, "CONTENT_LENGTH");
	uint64_t n = f->conn->in.body_b;
	char *p;
	int got;

	*body = STR_NONE;
	if (f->in_place)
		return true;
	if (length.n > 0 && !num_u64(length, 0, f->conn->in.body_max_b, &n))
		return err_set(e, ERR_INPUT, "CONTENT_LENGTH is not a number within bounds");
	p = arena_try(a, n + 1);
	if (p == NULL)
		return err_set(e, ERR_LIMIT, "no memory for a body of %zu bytes", (size_t)n);
	got = FCGX_GetStr(p, (int)n, f->rq.in);
	if (got != (int)n)
		return err_set(e, ERR_INPUT, "the body was cut off: %d of %zu bytes arrived", got, (size_t)n);
	*body = str_n(p, n);
	return true;
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

/* A web server usually reads at once. Behind Apache a client that reads slowly would hold the worker. */
static bool
write_all(struct fcgi *f, struct records *r, const struct fcgi_answer *answer)
{
	uint64_t slow_ns = CLOCK_NEVER, deadline_ns = answer->deadline_ns;
	struct iovec *iov = r->iov;

	for (size_t at = 0; at < r->n;) {
		struct pollfd pfd = {.fd = f->conn->fd, .events = POLLOUT};
		size_t n = r->n - at < IOV_AT_ONCE ? r->n - at : IOV_AT_ONCE;
		ssize_t sent = sending_send(answer->sending, pfd.fd, iov + at, n);

		if (sent >= 0)
			iov_advance(iov, &at, (size_t)sent);
		else if (errno == EAGAIN) {
			if (slow_ns == CLOCK_NEVER)
				slow_ns = clock_mono_ns() + SLOW_NS;
			if (clock_left_ns(slow_ns) == 0 && intake_keep_rest(&f->in, f->conn, iov + at, r->n - at))
				return true;
			if (poll(&pfd, 1, clock_left_ms(clock_left_ns(slow_ns) > 0 ? slow_ns : deadline_ns)) == 0
			    && clock_left_ns(deadline_ns) == 0)
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
	struct records r = {.a = answer->a, .request_id = f->conn->in.request_id};

	r.iov = ARENA_ARRAY(answer->a, struct iovec, 2 * parts + 3);
	records_put(&r, FCGI_STDOUT, answer->head);
	records_put(&r, FCGI_STDOUT, answer->body);
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

	sending_begin(answer->sending, all_b);
	if (answer->half)
		cut_in_half(&r, all_b);
	return write_all(f, &r, answer);
}

void
fcgi_done(struct fcgi *f)
{
	if (!f->in_place) {
		f->rq.ipcFd = -1;
		FCGX_Free(&f->rq, 0);
	}
	intake_done(&f->in, f->conn);
	f->conn = NULL;
}
