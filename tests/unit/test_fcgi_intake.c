#include "plat/fcgi/fcgi_intake.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

#define REST_B ((size_t)2 << 20)

static const char begin[] = "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0";
static const char rest[] = "\1\4\0\1\0\0\0\0\1\5\0\1\0\0\0\0";
static struct intake in;
static struct sockaddr_un addr;
static socklen_t addr_n;

/* The socket has no name in the file system: the kernel chooses one. */
static void
open_intake(void)
{
	struct err e = {0};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(&in, 0, sizeof(in)); /* under valgrind all tests run in one process */
	addr.sun_family = AF_UNIX;
	ck_assert(bind(fd, (struct sockaddr *)&addr, sizeof(addr.sun_family)) == 0 && listen(fd, 1024) == 0);
	addr_n = sizeof(addr);
	ck_assert(getsockname(fd, (struct sockaddr *)&addr, &addr_n) == 0);
	ck_ok(intake_open(&in, fd, 1000, NULL, &e), &e);
}

static int
client(const char *bytes, size_t n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert(connect(fd, (struct sockaddr *)&addr, addr_n) == 0);
	ck_assert(send(fd, bytes, n, MSG_NOSIGNAL) == (ssize_t)n);
	return fd;
}

static int
whole_request(void)
{
	int fd = client(begin, sizeof(begin) - 1);

	ck_assert(send(fd, rest, sizeof(rest) - 1, MSG_NOSIGNAL) == sizeof(rest) - 1);
	return fd;
}

static struct intake_conn *
take(void)
{
	struct intake_conn *c;

	while ((c = intake_take(&in)) == NULL)
		intake_wait(&in, CLOCK_NEVER, NULL);
	return c;
}

START_TEST(a_client_that_reads_slowly_gets_its_answer_while_others_are_served)
{
	char *answer = malloc(REST_B), *got = malloc(REST_B);
	struct iovec parts[] = {{answer, 1000}, {answer + 1000, REST_B - 1000}};
	struct intake_conn *c;
	size_t got_b = 0;
	ssize_t n;
	int slow;

	for (size_t i = 0; i < REST_B; i++)
		answer[i] = (char)(i * 31 >> 3);
	open_intake();
	slow = whole_request();
	c = take();
	ck_assert(intake_keep_rest(&in, c, parts, ARRAY_LEN(parts)));
	intake_done(&in, c);
	while (got_b < REST_B) {
		int other = whole_request();

		intake_done(&in, take());
		ck_assert(recv(other, got, 1, 0) == 0); /* closed without an answer */
		close(other);
		n = recv(slow, got + got_b, REST_B - got_b, MSG_DONTWAIT);
		got_b += n > 0 ? (size_t)n : 0;
	}
	ck_assert(memcmp(answer, got, REST_B) == 0);
	while (!intake_empty(&in))
		intake_wait(&in, clock_mono_ns() + CLOCK_MS, NULL), (void)intake_take(&in);
	ck_assert(recv(slow, got, 1, 0) == 0);
	ck_assert_uint_eq(in.rest_b, 0);
	free(answer);
	free(got);
}
END_TEST

START_TEST(rests_of_answers_are_bounded)
{
	struct iovec part = {calloc(1, REST_B), REST_B};
	size_t kept = 0;
	int fd[20];

	open_intake();
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		struct intake_conn *c;

		fd[i] = whole_request();
		c = take();
		kept += intake_keep_rest(&in, c, &part, 1);
		intake_done(&in, c);
	}
	ck_assert_uint_eq(kept, INTAKE_REST_MAX_B / REST_B);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
	while (!intake_empty(&in))
		intake_wait(&in, clock_mono_ns() + CLOCK_MS, NULL), (void)intake_take(&in);
	ck_assert_uint_eq(in.rest_b, 0);
	free(part.iov_base);
}
END_TEST

START_TEST(the_oldest_incomplete_connection_makes_room)
{
	int fd[INTAKE_CONNS + 3], other;
	struct intake_conn *c;

	open_intake();
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		fd[i] = client(begin, sizeof(begin) - 1);
	for (size_t i = 0; i < 4; i++) { /* one place stays free */
		uint64_t oldest_ns = CLOCK_NEVER;

		c = take();
		ck_assert_int_eq(c->state, INTAKE_SERVED);
		ck_assert_int_eq(c->in.part, FCGI_PART_HEAD);
		for (size_t k = 0; k < in.n; k++)
			if (in.conn[k].state == INTAKE_PARTIAL && in.conn[k].since_ns < oldest_ns)
				oldest_ns = in.conn[k].since_ns;
		ck_assert_uint_lt(c->since_ns, oldest_ns);
		intake_done(&in, c);
		close(fd[i]);
	}
	other = whole_request();
	c = take();
	ck_assert_int_eq(c->in.part, FCGI_PART_WHOLE);
	intake_done(&in, c);
	close(other);
}
END_TEST

static bool database_waits;

static bool
has_variables(void *arg, const struct fcgi_head *h)
{
	(void)arg;
	return h->n > 0;
}

static bool
waits(void *arg)
{
	(void)arg;
	return database_waits;
}

static int
light_request(void)
{
	static const char variable[] = "\1\4\0\1\0\4\0\0\1\1A1";
	int fd = client(begin, sizeof(begin) - 1);

	ck_assert(send(fd, variable, sizeof(variable) - 1, MSG_NOSIGNAL) == sizeof(variable) - 1);
	ck_assert(send(fd, rest, sizeof(rest) - 1, MSG_NOSIGNAL) == sizeof(rest) - 1);
	return fd;
}

static void
open_schedule(void)
{
	open_intake();
	in.light = has_variables;
	in.held = waits;
	database_waits = true;
}

START_TEST(requests_that_need_a_waiting_database_are_held_while_others_are_served)
{
	struct intake_conn *c;
	uint64_t since_ns;

	open_schedule();
	(void)whole_request();
	for (int i = 0; i < 10; i++) {
		(void)light_request();
		c = take();
		ck_assert_uint_eq(c->in.head.n, 1);
		intake_done(&in, c);
	}
	database_waits = false;
	c = take();
	ck_assert_uint_eq(c->in.head.n, 0);
	intake_done(&in, c);

	database_waits = true; /* not for ever */
	(void)whole_request();
	since_ns = clock_mono_ns();
	c = take();
	ck_assert_uint_eq(c->in.head.n, 0);
	ck_assert_uint_ge(clock_mono_ns(), since_ns + INTAKE_HELD_NS / 2);
	intake_done(&in, c);
}
END_TEST

START_TEST(held_requests_never_take_the_last_place)
{
	struct intake_conn *c;

	open_schedule();
	for (size_t i = 0; i < in.n - 3; i++)
		(void)client(begin, sizeof(begin) - 1);
	for (int i = 0; i < 6; i++)
		(void)whole_request();
	for (int whole = 0; whole < 6; intake_done(&in, c)) {
		c = take();
		whole += c->in.part == FCGI_PART_WHOLE;
	}
}
END_TEST

START_TEST(held_requests_leave_room_for_others)
{
	size_t n = 0;

	open_schedule();
	for (size_t i = 0; i < 2 * in.n; i++)
		(void)whole_request();
	while (n < 2 * in.n) {
		struct intake_conn *c = take();

		ck_assert_uint_le(in.ready_n, in.n / 2);
		n++;
		intake_done(&in, c);
	}
}
END_TEST

/* Refuses the request that is given out. The rest of the test may take longer than it would linger. */
static void
refuse(struct intake_conn *c)
{
	ck_assert_int_eq(c->in.part, FCGI_PART_HEAD);
	ck_assert(send(c->fd, "408", 3, MSG_NOSIGNAL) == 3);
	intake_done(&in, c);
	for (size_t i = INTAKE_CONNS; i < ARRAY_LEN(in.conn); i++)
		in.conn[i].until_ns = CLOCK_NEVER;
}

/* Each client is refused, goes on sending, and then reads its answer while others want its place. */
START_TEST(the_answer_to_an_incomplete_request_outlives_a_crowd)
{
	int fd[INTAKE_CONNS + INTAKE_LINGERS];
	struct intake_conn *c;
	char got[8];

	open_intake();
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		fd[i] = client(begin, sizeof(begin) - 1);
	for (size_t i = 0; i < INTAKE_LINGERS; i++) {
		refuse(take());
		ck_assert(send(fd[i], rest, sizeof(rest) - 1, MSG_NOSIGNAL) > 0);
	}
	for (size_t i = 0; i < INTAKE_LINGERS; i++) {
		ck_assert_int_eq(recv(fd[i], got, sizeof(got), 0), 3);
		ck_assert_int_eq(recv(fd[i], got, sizeof(got), 0), 0); /* no reset */
	}
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
	intake_stop(&in);
	while (!intake_empty(&in)) {
		if ((c = intake_take(&in)) != NULL)
			intake_done(&in, c);
		else
			intake_wait(&in, clock_mono_ns() + CLOCK_MS, NULL);
	}
	ck_assert_uint_eq(in.parked_n, 0);
}
END_TEST

START_TEST(connections_whose_answer_is_out_are_bounded_too)
{
	int fd[INTAKE_CONNS + INTAKE_LINGERS + 10];
	size_t lingering = 0;

	open_intake();
	for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
		fd[i] = client(begin, sizeof(begin) - 1);
		if (i >= INTAKE_CONNS)
			refuse(take());
	}
	for (size_t i = 0; i < ARRAY_LEN(in.conn); i++)
		lingering += in.conn[i].state == INTAKE_LINGER;
	ck_assert_uint_eq(lingering, INTAKE_LINGERS);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
}
END_TEST

UNIT_MAIN("fcgi_intake", a_client_that_reads_slowly_gets_its_answer_while_others_are_served,
    rests_of_answers_are_bounded, the_oldest_incomplete_connection_makes_room,
    requests_that_need_a_waiting_database_are_held_while_others_are_served,
    held_requests_never_take_the_last_place, held_requests_leave_room_for_others,
    the_answer_to_an_incomplete_request_outlives_a_crowd, connections_whose_answer_is_out_are_bounded_too)
