#include "plat/fcgi/fcgi_intake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define ACCEPT_PAUSE_NS (50 * CLOCK_MS)

static bool
watch(int epoll_fd, int fd, uint32_t events, void *ptr)
{
	struct epoll_event wanted = {.events = events, .data = {.ptr = ptr}};

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &wanted) == 0;
}

/* Maps the memory of all connections. A page of it is taken when a request first needs it. */
static bool
map_bytes(struct intake *in, size_t body_max_b, struct err *e)
{
	size_t each_b = FCGI_HEAD_MAX_B + 1 + body_max_b;
	char *p;

	in->n = INTAKE_MAX_B / each_b < INTAKE_CONNS ? INTAKE_MAX_B / each_b : INTAKE_CONNS;
	ASSERT(in->n >= 2);
	p = mmap(NULL, in->n * each_b, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return err_set(e, ERR_LIMIT, "no memory for requests: %s", strerror(errno));
	for (size_t i = 0; i < in->n; i++, p += each_b)
		fcgi_reader_init(&in->conn[i].in, p, p + FCGI_HEAD_MAX_B + 1, body_max_b);
	return true;
}

bool
intake_open(struct intake *in, int listen_fd, size_t body_max_b, struct stats *stats, struct err *e)
{
	int flags = fcntl(listen_fd, F_GETFL);

	in->listen_fd = listen_fd;
	in->stats = stats;
	in->looked_ns = clock_mono_ns();
	in->all_fd = epoll_create1(EPOLL_CLOEXEC);
	in->parked_fd = epoll_create1(EPOLL_CLOEXEC);
	if (in->all_fd < 0 || in->parked_fd < 0 || !watch(in->all_fd, listen_fd, EPOLLIN | EPOLLEXCLUSIVE, in)
	    || !watch(in->all_fd, in->parked_fd, EPOLLIN, NULL)
	    || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_set(e, ERR_LIMIT, "cannot prepare the listening socket: %s", strerror(errno));
	return map_bytes(in, body_max_b, e);
}

static void
end_conn(struct intake *in, struct intake_conn *c)
{
	close(c->fd); /* which also removes it from the poll set */
	if (c->rest_p != NULL) {
		munmap(c->rest_p, c->rest_b);
		in->rest_b -= c->rest_b;
		c->rest_p = NULL;
	}
	in->parked_n -= c->parked;
	c->parked = false;
	c->state = INTAKE_FREE;
}

/* More input must not wake the worker. */
static void
unpark(struct intake *in, struct intake_conn *c)
{
	if (!c->parked)
		return;
	(void)epoll_ctl(in->parked_fd, EPOLL_CTL_DEL, c->fd, NULL);
	c->parked = false;
	in->parked_n--;
}

/* Without FCGI_BEGIN_REQUEST no answer is possible, so the connection is closed. */
static void
make_late(struct intake *in, struct intake_conn *c)
{
	stats_add(in->stats, STAT_intake_late, 1);
	if (c->in.part == FCGI_PART_NONE) {
		log_put(LOG_INFO, "event=no_request msg=\"no request arrived on a connection in time\"");
		end_conn(in, c);
		return;
	}
	c->ready_ns = clock_mono_ns();
	c->state = INTAKE_LATE;
	in->ready_n++;
	unpark(in, c);
}

static struct intake_conn *
oldest(struct intake *in, enum intake_state state)
{
	struct intake_conn *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(in->conn); i++)
		if (in->conn[i].state == state && (found == NULL || in->conn[i].since_ns < found->since_ns))
			found = &in->conn[i];
	return found;
}

static struct intake_conn *
free_conn(struct intake *in)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->conn[i].state == INTAKE_FREE)
			return &in->conn[i];
	return NULL;
}

/* Keeps one connection free for the next that is accepted. */
static void
keep_room(struct intake *in)
{
	struct intake_conn *c;

	if (free_conn(in) != NULL)
		return;
	if ((c = oldest(in, INTAKE_REST)) != NULL)
		end_conn(in, c);
	else if ((c = oldest(in, INTAKE_PARTIAL)) != NULL)
		make_late(in, c);
}

static void
park(struct intake *in, struct intake_conn *c)
{
	if (!watch(in->parked_fd, c->fd, c->state == INTAKE_REST ? EPOLLOUT : EPOLLIN, c)) {
		log_put(LOG_ERROR, "event=poll_failed error=\"%s\"", strerror(errno));
		end_conn(in, c);
		return;
	}
	c->parked = true;
	in->parked_n++;
	keep_room(in);
}

/* A request is complete as far as it will be read. */
static void
make_ready(struct intake *in, struct intake_conn *c, uint64_t since_ns)
{
	uint64_t now_ns = clock_mono_ns();

	c->state = INTAKE_READY;
	in->ready_n++;
	c->read_ns = now_ns;
	c->ready_ns = since_ns < now_ns ? since_ns : now_ns;
	unpark(in, c);
}

static void
read_conn(struct intake *in, struct intake_conn *c, uint64_t since_ns)
{
	ssize_t n = recv(c->fd, in->piece, sizeof(in->piece), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		if (c->state == INTAKE_PARTIAL)
			log_put(LOG_INFO,
			    "event=no_request msg=\"a connection was closed before its request was complete\"");
		end_conn(in, c);
		return;
	}
	if (c->state != INTAKE_PARTIAL)
		return;
	switch (fcgi_reader_put(&c->in, in->piece, (size_t)n)) {
	case FCGI_PART_WHOLE:
	case FCGI_PART_TOO_LARGE: make_ready(in, c, since_ns); break;
	case FCGI_PART_BROKEN:
		log_put(LOG_WARN, "event=no_request msg=\"a connection did not send a FastCGI request\"");
		end_conn(in, c);
		break;
	default: break;
	}
}

static void
send_rest(struct intake *in, struct intake_conn *c)
{
	ssize_t n = send(c->fd, c->rest_p + c->sent_b, c->rest_b - c->sent_b, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		log_put(LOG_INFO, "event=aborted msg=\"a client that read slowly did not wait for the rest\"");
	else
		c->sent_b += (size_t)n;
	if (n < 0 || c->sent_b == c->rest_b)
		end_conn(in, c);
}

/* Serves the parked connections on which something arrives in time. since_ns: the last time that they were read, or
 * CLOCK_NEVER if the worker has waited for them since then. */
static void
read_parked(struct intake *in, uint64_t until_ns, uint64_t since_ns)
{
	struct epoll_event got[INTAKE_CONNS];
	int n = epoll_wait(in->parked_fd, got, INTAKE_CONNS, clock_left_ms(until_ns));

	for (int i = 0; i < n; i++) {
		struct intake_conn *c = got[i].data.ptr;

		if (c->state == INTAKE_REST)
			send_rest(in, c);
		if (c->state != INTAKE_PARTIAL && c->state != INTAKE_LINGER)
			continue;
		read_conn(in, c, since_ns);
		if (c->state == INTAKE_READY && since_ns != CLOCK_NEVER)
			stats_add(in->stats, STAT_intake_behind, 1);
	}
}

/* Moves an answered connection to a place for lingering ones. If all are taken, the oldest is closed. */
static struct intake_conn *
linger(struct intake *in, struct intake_conn *c)
{
	struct intake_conn *to = NULL;

	for (size_t i = INTAKE_CONNS; i < ARRAY_LEN(in->conn) && to == NULL; i++)
		if (in->conn[i].state == INTAKE_FREE)
			to = &in->conn[i];
	if (to == NULL) {
		to = oldest(in, INTAKE_LINGER);
		end_conn(in, to);
	}
	to->state = INTAKE_LINGER;
	to->fd = c->fd;
	to->since_ns = c->since_ns;
	c->state = INTAKE_FREE;
	return to;
}

/* Accepts one connection, which another worker may have taken meanwhile. */
static void
accept_one(struct intake *in)
{
	int fd = accept4(in->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	uint64_t now_ns = clock_mono_ns(), fresh_ns = now_ns + INTAKE_FRESH_NS;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	struct intake_conn *c = free_conn(in);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
			log_put(LOG_ERROR, "event=accept_failed error=\"%s\"", strerror(errno));
			clock_sleep_ns(ACCEPT_PAUSE_NS);
		}
		return;
	}
	ASSERT(c != NULL); /* see keep_room() */
	c->state = INTAKE_PARTIAL;
	c->fd = fd;
	c->since_ns = now_ns;
	c->queued_ns = in->clear_ns;
	c->until_ns = now_ns + INTAKE_WAIT_NS;
	fcgi_reader_init(&c->in, c->in.head_p, c->in.body_p, c->in.body_max_b);
	do
		read_conn(in, c, CLOCK_NEVER);
	while (c->state == INTAKE_PARTIAL && poll(&pfd, 1, clock_left_ms(fresh_ns)) > 0);
	if (c->state != INTAKE_PARTIAL)
		return;
	stats_add(in->stats, STAT_intake_parked, 1);
	park(in, c);
}

/* Ends waits that took too long. Returns the time at which the next one will have. */
static uint64_t
end_waits(struct intake *in)
{
	uint64_t next_ns = CLOCK_NEVER, now_ns = clock_mono_ns();

	for (size_t i = 0; in->parked_n > 0 && i < ARRAY_LEN(in->conn); i++) {
		struct intake_conn *c = &in->conn[i];

		if (!c->parked)
			continue;
		if (c->until_ns > now_ns)
			next_ns = c->until_ns < next_ns ? c->until_ns : next_ns;
		else if (c->state == INTAKE_PARTIAL)
			make_late(in, c);
		else
			end_conn(in, c);
	}
	return next_ns;
}

static bool
is_light(const struct intake *in, const struct intake_conn *c)
{
	return c->in.part != FCGI_PART_WHOLE || (in->light != NULL && in->light(in->arg, &c->in.head));
}

/* The oldest request that is ready and is, or is not, light. */
static struct intake_conn *
first_ready(struct intake *in, bool light)
{
	struct intake_conn *found = NULL;
	size_t seen = 0;

	for (size_t i = 0; seen < in->ready_n; i++) {
		struct intake_conn *c = &in->conn[i];

		if (c->state != INTAKE_READY && c->state != INTAKE_LATE)
			continue;
		seen++;
		if (is_light(in, c) == light && (found == NULL || c->ready_ns < found->ready_ns))
			found = c;
	}
	return found;
}

/* The time until which a request waits for young connections to become whole; 0: no longer. */
static uint64_t
gives_way_until(const struct intake *in, const struct intake_conn *ready)
{
	uint64_t now_ns = clock_mono_ns(), until_ns = 0;

	for (size_t i = 0; in->parked_n > 0 && i < in->n; i++) {
		const struct intake_conn *c = &in->conn[i];

		if (c->state == INTAKE_PARTIAL && c->since_ns + INTAKE_YOUNG_NS > until_ns)
			until_ns = c->since_ns + INTAKE_YOUNG_NS;
	}
	if (until_ns > ready->read_ns + INTAKE_YOUNG_NS)
		until_ns = ready->read_ns + INTAKE_YOUNG_NS;
	return until_ns > now_ns ? until_ns : 0;
}

/* Held requests never take the room of those that are still to come. */
static bool
is_held(struct intake *in, const struct intake_conn *ready)
{
	return in->held != NULL && !in->stopping && in->ready_n < in->n / 2 && free_conn(in) != NULL
	       && clock_left_ns(ready->read_ns + INTAKE_HELD_NS) > 0 && in->held(in->arg);
}

struct intake_conn *
intake_take(struct intake *in)
{
	struct intake_conn *c;

	if (in->parked_n > 0)
		read_parked(in, 0, in->looked_ns);
	in->next_ns = end_waits(in);
	in->way_ns = 0;
	in->holds = false;
	if ((c = first_ready(in, true)) == NULL && (c = first_ready(in, false)) != NULL) {
		in->way_ns = gives_way_until(in, c);
		in->holds = in->way_ns == 0 && is_held(in, c);
	}
	if (c == NULL || in->way_ns > 0 || in->holds)
		return NULL;
	c->state = INTAKE_SERVED;
	in->ready_n--;
	in->looked_ns = clock_mono_ns();
	return c;
}

void
intake_wait(struct intake *in, uint64_t until_ns, const sigset_t *mask)
{
	struct epoll_event got[2];
	uint64_t began_ns = clock_mono_ns();
	bool accept = false;
	int n;

	until_ns = in->next_ns < until_ns ? in->next_ns : until_ns;
	if (in->holds && until_ns > began_ns + INTAKE_LOOK_NS)
		until_ns = began_ns + INTAKE_LOOK_NS;
	if (in->way_ns > 0 || in->stopping) {
		read_parked(in, in->way_ns > 0 ? in->way_ns : until_ns, CLOCK_NEVER);
	} else {
		n = epoll_pwait(in->all_fd, got, ARRAY_LEN(got), clock_left_ms(until_ns), mask);
		if (n == 0 || clock_mono_ns() > began_ns + INTAKE_BLOCKED_NS)
			in->clear_ns = began_ns;
		for (int i = 0; i < n; i++)
			if (got[i].data.ptr == in)
				accept = true;
			else
				read_parked(in, 0, CLOCK_NEVER);
		/* A worker that was woken for a connection must take it: no other was. */
		if (accept)
			accept_one(in);
	}
	in->looked_ns = clock_mono_ns();
}

void
intake_stop(struct intake *in)
{
	uint64_t until_ns = clock_mono_ns() + INTAKE_STOP_NS;

	for (size_t i = 0; !in->stopping && i < ARRAY_LEN(in->conn); i++)
		if (in->conn[i].until_ns > until_ns)
			in->conn[i].until_ns = until_ns;
	in->stopping = true;
}

bool
intake_empty(const struct intake *in)
{
	for (size_t i = 0; i < ARRAY_LEN(in->conn); i++)
		if (in->conn[i].state != INTAKE_FREE)
			return false;
	return true;
}

bool
intake_keep_rest(struct intake *in, struct intake_conn *c, const struct iovec *iov, size_t n)
{
	size_t all_b = 0;
	char *p;

	for (size_t i = 0; i < n; i++)
		all_b += iov[i].iov_len;
	if (all_b > INTAKE_REST_MAX_B - in->rest_b)
		return false;
	p = mmap(NULL, all_b, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return false;
	c->rest_p = p;
	c->rest_b = all_b;
	c->sent_b = 0;
	in->rest_b += all_b;
	stats_add(in->stats, STAT_intake_rests, 1);
	for (size_t i = 0; i < n; p += iov[i++].iov_len)
		memcpy(p, iov[i].iov_base, iov[i].iov_len);
	return true;
}

void
intake_done(struct intake *in, struct intake_conn *c)
{
	if (c->rest_p != NULL) {
		c->state = INTAKE_REST;
		c->until_ns = clock_mono_ns() + (in->stopping ? INTAKE_STOP_NS : INTAKE_REST_NS);
		park(in, c);
		return;
	}
	if (c->in.part == FCGI_PART_WHOLE) {
		end_conn(in, c);
		return;
	}
	c = linger(in, c);
	c->until_ns = clock_mono_ns() + (in->stopping ? INTAKE_STOP_NS : INTAKE_LINGER_NS);
	shutdown(c->fd, SHUT_WR);
	park(in, c);
}
