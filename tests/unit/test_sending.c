/* Workers killed while they send answers: what is counted must equal what has arrived at the other end. */
#include "plat/stats/sending.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "plat/stats/stats_area.h"
#include "child.h"
#include "unit.h"

#define KILLS 300
#define LATEST_NS (600 * 1000)

static char dir[] = "/tmp/kontor-sending-XXXXXX";
static char path[80];
static struct stats st;
static struct err e;

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/stats", dir);
	ck_assert(log_open("test", "/dev/null", LOG_ERROR));
	ck_ok(stats_open(&st, path, &e), &e);
}

static void
teardown(void)
{
	char cmd[80];

	stats_close(&st);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static uint64_t
count_of(enum stats_end how)
{
	return shared_get(&st.area->slot[0].ended[how]);
}

static void
send_all(struct sending *sending, int fd, char *bytes, size_t n)
{
	sending_begin(sending, n);
	while (n > 0) {
		struct iovec iov = {bytes, n};
		struct pollfd pfd = {.fd = fd, .events = POLLOUT};
		ssize_t sent = sending_send(sending, fd, &iov, 1);

		n -= sent > 0 ? (size_t)sent : 0;
		if (sent < 0)
			(void)poll(&pfd, 1, -1);
	}
}

static void
answer_for_ever(int fd, size_t answer_b, struct child c)
{
	static char bytes[1 << 20];
	struct stats own;
	struct err ce = {0};

	close(st.file.fd); /* an inherited descriptor must not keep the parent's locks */
	if (!stats_open(&own, path, &ce) || !stats_claim(&own, "shop", &ce) || write(c.say, "r", 1) != 1)
		_exit(1);
	for (;;) {
		stats_begin(&own, "0123456789abcdef0123456789abcdef", CLOCK_NEVER, STATS_ROUTE_home);
		send_all(stats_sending(&own, STATS_REFUSED), fd, bytes, answer_b);
		stats_end(&own, STATS_REFUSED);
	}
}

/* Returns the number of bytes that have arrived. */
static uint64_t
read_all(int fd, int flags)
{
	static char bin[1 << 16];
	uint64_t all_b = 0;
	ssize_t n;

	while ((n = recv(fd, bin, sizeof(bin), flags)) > 0)
		all_b += (uint64_t)n;
	return all_b;
}

/* Kills a worker within its answers. Returns the number of bytes that have arrived. */
static uint64_t
kill_one(size_t answer_b, uint64_t after_ns)
{
	uint64_t all_b = 0, until_ns;
	struct child c;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	c = child_fork();
	if (c.pid == 0)
		answer_for_ever(fds[1], answer_b, c);
	close(fds[1]);
	child_await(c);
	for (until_ns = clock_mono_ns() + after_ns; clock_mono_ns() < until_ns;)
		all_b += read_all(fds[0], MSG_DONTWAIT);
	child_end(c, SIGKILL);
	all_b += read_all(fds[0], 0);
	close(fds[0]);
	return all_b;
}

START_TEST(an_answer_is_counted_by_what_was_sent_of_it)
{
	static const size_t sizes[] = {1000, 700000};

	for (uint64_t i = 0; i < KILLS; i++) {
		uint64_t whole = count_of(STATS_REFUSED), cut = count_of(STATS_CUT);
		size_t answer_b = sizes[i % 2];
		uint64_t all_b = kill_one(answer_b, i * 7919 % LATEST_NS);

		(void)stats_sweep(&st);
		ck_assert_uint_eq(count_of(STATS_REFUSED) - whole, all_b / answer_b);
		ck_assert_uint_eq(count_of(STATS_CUT) - cut, all_b % answer_b != 0);
		ck_assert_uint_eq(shared_get(&st.area->slot[0].begun), stats_ended(&st.area->slot[0]));
	}
	ck_assert_uint_gt(count_of(STATS_CUT), 0);
	ck_assert_uint_gt(count_of(STATS_CRASHED), 0);
}
END_TEST

/* Between two calls for one answer there is no moment at which it looks whole. */
START_TEST(a_part_is_never_taken_for_the_whole)
{
	struct sending s = {.left_b = 0};

	ck_assert_int_eq(sending_state(&s), SENDING_NONE);
	sending_begin(&s, 10);
	ck_assert_int_eq(sending_state(&s), SENDING_NONE);
	s.message.msg_len = 5;
	ck_assert_int_eq(sending_state(&s), SENDING_PART);
	ck_assert_int_lt(sending_send(&s, -1, NULL, 0), 0); /* sends nothing of the other five bytes */
	ck_assert_int_eq(sending_state(&s), SENDING_PART);
	s.message.msg_len = 5;
	ck_assert_int_eq(sending_state(&s), SENDING_WHOLE);
	sending_clear(&s);
	ck_assert_int_eq(sending_state(&s), SENDING_NONE);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "sending", an_answer_is_counted_by_what_was_sent_of_it,
    a_part_is_never_taken_for_the_whole)
