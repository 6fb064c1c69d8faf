#include "plat/host/fcgi_ask.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "plat/host/ask.h"
#include "unit.h"

static struct arena arena;

static void
put(struct buf *b, int type, struct str content, int padding)
{
	const char head[] = {1, (char)type, 0, 1, (char)(content.n >> 8), (char)(content.n & 0xff), (char)padding, 0};

	buf_put(b, str_n(head, sizeof(head)));
	buf_put(b, content);
	while (padding-- > 0)
		buf_ch(b, '\0');
}

static struct buf
records(void)
{
	struct buf b;

	arena_fini(&arena);
	arena_init(&arena, 8 << 20);
	buf_init(&b, &arena, 1 << 20);
	return b;
}

START_TEST(the_answer_is_put_together_from_its_records)
{
	struct buf b = records();
	struct err e = {0};
	struct str answer;

	put(&b, 6, STR("Status: 404 Not Found\r\nX-Requ"), 3);
	put(&b, 7, STR("what it says to the log"), 0);
	put(&b, 6, STR("est-Id: abc\r\n\r\nX-Request-Id: body\r\n"), 0);
	put(&b, 6, STR(""), 0);
	put(&b, 3, STR("\0\0\0\0\0\0\0\0"), 0);
	ck_ok(fcgi_ask_parse(&arena, buf_str(&b), &answer, &e), &e);
	ck_assert_int_eq(fcgi_answer_status(answer), 404);
	ck_str(fcgi_answer_header(answer, STR("x-request-id")), "abc");
	ck_assert_ptr_null(fcgi_answer_header(answer, STR("Body")).p);
}
END_TEST

START_TEST(a_malformed_answer_is_refused)
{
	struct buf b = records();
	struct err e = {0};
	struct str answer;

	put(&b, 6, STR("Status: 200 OK\r\n\r\n"), 0); /* and no end */
	ck_assert(!fcgi_ask_parse(&arena, buf_str(&b), &answer, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	err_clear(&e);
	ck_assert(!fcgi_ask_parse(&arena, str_head(buf_str(&b), 12), &answer, &e));
	ck_assert_str_eq(e.msg, "the answer is not FastCGI");
	err_clear(&e);
	ck_assert(!fcgi_ask_parse(&arena, STR("HTTP/1.1 200 OK\r\n\r\n"), &answer, &e));
	ck_assert_str_eq(e.msg, "the answer is not FastCGI");
	err_clear(&e);
	ck_assert(!fcgi_ask_parse(&arena, STR(""), &answer, &e));
	arena_fini(&arena);
	b = records();
	put(&b, 3, STR("\0\0\0\0\0\0\0\0"), 0);
	err_clear(&e);
	ck_assert(!fcgi_ask_parse(&arena, buf_str(&b), &answer, &e));
	ck_assert_str_eq(e.msg, "the answer is empty");
}
END_TEST

START_TEST(an_answer_without_a_status_is_200)
{
	ck_assert_int_eq(fcgi_answer_status(STR("Content-Type: text/plain\r\n\r\nStatus: 500\r\n")), 200);
	ck_assert_int_eq(fcgi_answer_status(STR("Status: 30\r\n\r\n")), 200);
	ck_assert_int_eq(fcgi_answer_status(STR("Status: 302 Found\r\n\r\n")), 302);
}
END_TEST

/* Starts a peer that sends so many bytes at a time, with so long a rest in between, and does not stop. */
static pid_t
start_peer(int *fd, size_t n, uint64_t rest_ns)
{
	static const char bytes[4096];
	int pair[2];
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(pair[0]);
		while (send(pair[1], bytes, n, MSG_NOSIGNAL) > 0)
			clock_sleep_ns(rest_ns);
		_exit(0);
	}
	close(pair[1]);
	*fd = pair[0];
	return pid;
}

static void
end_peer(pid_t pid, int fd)
{
	close(fd);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(a_peer_that_floods_fills_the_buffer_and_no_more)
{
	struct buf b = records();
	struct ask k = {.deadline_ns = clock_mono_ns() + 60 * CLOCK_S};
	struct err e = {0};
	pid_t pid = start_peer(&k.fd, 4096, 0);

	ck_assert(!ask_read(&k, &b, STR("end"), &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	end_peer(pid, k.fd);
}
END_TEST

START_TEST(a_peer_that_never_stops_sending_ends_at_the_deadline)
{
	struct buf b = records();
	struct ask k = {.deadline_ns = clock_mono_ns() + 100 * CLOCK_MS};
	struct err e = {0};
	pid_t pid = start_peer(&k.fd, 1, CLOCK_MS);

	ck_assert(!ask_read(&k, &b, STR("end"), &e));
	ck_assert_int_eq(e.code, ETIMEDOUT);
	end_peer(pid, k.fd);
}
END_TEST

UNIT_MAIN("fcgi_ask", the_answer_is_put_together_from_its_records, a_malformed_answer_is_refused,
    an_answer_without_a_status_is_200, a_peer_that_floods_fills_the_buffer_and_no_more,
    a_peer_that_never_stops_sending_ends_at_the_deadline)
