/* The memcached client, against a real server and against one that misbehaves. */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "integ.h"
#include "plat/cache/memc.h"

#define TTL_S 60
#define LONG_MS 5000

static struct arena arena;
static uint64_t timeout_ms = 50;

static struct memc *
open_at(const struct str *servers, size_t n)
{
	struct err e = {0};
	struct memc *m;

	ck_ok(memc_open(&arena, servers, n, &m, &e), &e);
	return m;
}

static struct str
real_server(void)
{
	return str_fmt(&arena, "%s/mc.sock", services.dir);
}

static struct memc *
open_real(void)
{
	struct str *server = ARENA_NEW(&arena, struct str);

	*server = real_server();
	return open_at(server, 1);
}

static void
prepare(uint64_t ms)
{
	arena_init(&arena, (size_t)256 << 20);
	timeout_ms = ms;
}

static struct memc_op
op(enum memc_what what, const char *key)
{
	return (struct memc_op){what, .key = str_z(key), .value = STR("placeholder"), .ttl_s = TTL_S};
}

static struct memc_op
with(enum memc_what what, const char *key, const char *value)
{
	return (struct memc_op){what, .key = str_z(key), .value = str_z(value), .ttl_s = TTL_S};
}

static void
do_all(struct memc *m, struct memc_op *ops, size_t n)
{
	memc_place(m, ops, n);
	memc_do(m, &arena, ops, n, clock_mono_ns() + timeout_ms * CLOCK_MS);
}

static struct memc_op
done(struct memc *m, struct memc_op o)
{
	do_all(m, &o, 1);
	return o;
}

#define ck_result(o, r) ck_assert_int_eq((int)(o).result, (int)(r))

/* memcached does not answer quiet stores. Returns once it has executed those sent before, so that other connections see
 * them. */
static void
await_stores(struct memc *m)
{
	ck_result(done(m, op(MEMC_GET, "nothing")), MEMC_MISS);
}

START_TEST(what_is_added_is_there_until_it_is_erased)
{
	struct memc_op got;
	struct memc *m;

	prepare(LONG_MS);
	m = open_real();
	ck_result(done(m, op(MEMC_GET, "one")), MEMC_MISS);
	ck_result(done(m, with(MEMC_ADD, "one", "1\r\nEND\r\n")), MEMC_OK);
	ck_result(done(m, with(MEMC_ADD, "one", "2")), MEMC_EXISTS);
	got = done(m, op(MEMC_TAKE, "one"));
	ck_result(got, MEMC_OK);
	ck_str(got.value, "1\r\nEND\r\n");
	ck_result(done(m, op(MEMC_ERASE, "one")), MEMC_OK);
	ck_result(done(m, op(MEMC_GET, "one")), MEMC_MISS);
	ck_str(done(m, op(MEMC_TAKE, "one")).value, "placeholder");
}
END_TEST

START_TEST(what_is_stored_by_a_mark_goes_over_that_value_only)
{
	struct memc_op ours, store;
	struct memc *m, *other;

	prepare(LONG_MS);
	m = open_real();
	other = open_real();
	ours = done(m, op(MEMC_TAKE, "taken"));
	store = with(MEMC_CAS, "taken", "value");
	store.token = (struct memc_token){ours.token.cas + 1, ours.token.connection};
	ck_result(done(m, store), MEMC_OK); /* sent */
	await_stores(m);
	ck_str(done(other, op(MEMC_GET, "taken")).value, "placeholder");
	store.token = ours.token;
	ck_result(done(m, store), MEMC_OK);
	await_stores(m);
	ck_str(done(other, op(MEMC_GET, "taken")).value, "value");
	store.value = STR("late");
	ck_result(done(m, store), MEMC_OK);
	ck_str(done(m, op(MEMC_GET, "taken")).value, "value");
	store.token = done(m, op(MEMC_GET, "taken")).token;
	ck_result(done(other, op(MEMC_ERASE, "taken")), MEMC_OK);
	ck_result(done(other, op(MEMC_GET, "taken")), MEMC_MISS);
	ck_result(done(m, store), MEMC_OK);
	ck_result(done(m, op(MEMC_GET, "taken")), MEMC_MISS);
	store.token = done(m, op(MEMC_TAKE, "taken")).token;
	store.ttl_s = -1;
	store.value = STR_NONE;
	ck_result(done(m, store), MEMC_OK);
	ck_result(done(m, op(MEMC_GET, "taken")), MEMC_MISS);
}
END_TEST

START_TEST(a_mark_of_another_connection_or_without_a_number_is_not_sent)
{
	struct memc_op store = with(MEMC_CAS, "mark", "value");
	struct memc *m;

	prepare(LONG_MS);
	m = open_real();
	store.token = done(m, op(MEMC_TAKE, "mark")).token;
	store.token.connection++;
	ck_result(done(m, store), MEMC_EXISTS);
	store.token = (struct memc_token){0, store.token.connection - 1};
	ck_result(done(m, store), MEMC_EXISTS);
	ck_str(done(m, op(MEMC_GET, "mark")).value, "placeholder"); /* and answers stay in step */
}
END_TEST

START_TEST(what_is_put_in_front_makes_it_another_value)
{
	struct memc_op store = with(MEMC_CAS, "front", "value");
	struct memc *m;

	prepare(LONG_MS);
	m = open_real();
	ck_result(done(m, with(MEMC_PREPEND, "front", "!")), MEMC_MISS);
	store.token = done(m, op(MEMC_TAKE, "front")).token;
	ck_result(done(m, with(MEMC_PREPEND, "front", "!")), MEMC_OK);
	ck_result(done(m, store), MEMC_OK);
	ck_str(done(m, op(MEMC_GET, "front")).value, "!placeholder");
}
END_TEST

START_TEST(one_exchange_stores_erases_and_reads_in_this_order)
{
	struct memc_op ops[] = {op(MEMC_GET, "stored"), op(MEMC_TAKE, "erased"), op(MEMC_GET, "nothing"),
	    op(MEMC_ERASE, "erased"), with(MEMC_CAS, "stored", "new")};
	struct memc *m;

	prepare(LONG_MS);
	m = open_real();
	ck_result(done(m, with(MEMC_ADD, "erased", "old")), MEMC_OK);
	ops[4].token = done(m, op(MEMC_TAKE, "stored")).token;
	do_all(m, ops, ARRAY_LEN(ops));
	ck_str(ops[0].value, "new");
	ck_str(ops[1].value, "placeholder");
	ck_result(ops[2], MEMC_MISS);
}
END_TEST

static const char *
numbered(const char *name, int i)
{
	return str_fmt(&arena, "%s-%d", name, i).p;
}

START_TEST(much_at_once_comes_through_whole)
{
	enum { BIG = 20, BIG_B = 500000, SMALL = 2500 };
	static struct memc_op ops[BIG + SMALL];
	static char big[BIG_B];
	struct memc *m;

	prepare(LONG_MS);
	m = open_real();
	memset(big, 'b', sizeof(big));
	for (int i = 0; i < BIG + SMALL; i++)
		ops[i] = op(MEMC_TAKE, numbered("much", i));
	do_all(m, ops, ARRAY_LEN(ops));
	for (int i = 0; i < BIG + SMALL; i++) {
		ck_str(ops[i].value, "placeholder");
		ops[i].what = MEMC_CAS;
		ops[i].value = i < BIG ? str_n(big, (size_t)(BIG_B - i)) : str_z(numbered("value", i));
	}
	do_all(m, ops, ARRAY_LEN(ops));
	for (int i = 0; i < BIG + SMALL; i++)
		ops[i].what = MEMC_GET;
	do_all(m, ops, ARRAY_LEN(ops));
	for (int i = 0; i < BIG + SMALL; i++) {
		ck_result(ops[i], MEMC_OK);
		if (i < BIG)
			ck_assert_uint_eq(ops[i].value.n, BIG_B - (size_t)i);
		else
			ck_str(ops[i].value, numbered("value", i));
	}
}
END_TEST

START_TEST(a_value_that_memcached_refuses_takes_no_other_answer_with_it)
{
	struct memc_op large = op(MEMC_ADD, "large");
	struct memc *m;

	prepare(LONG_MS);
	m = open_real();
	large.value = str_n(arena_alloc(&arena, 3000000), 3000000);
	ck_result(done(m, large), MEMC_REFUSED);
	ck_result(done(m, with(MEMC_ADD, "small", "value")), MEMC_OK);
	large.what = MEMC_CAS; /* refused silently */
	large.token = done(m, op(MEMC_TAKE, "large")).token;
	ck_result(done(m, large), MEMC_OK);
	ck_str(done(m, op(MEMC_GET, "small")).value, "value");
}
END_TEST

#define DRIP_MS 30

/* Sends the text. Waits DRIP_MS at a '|'; after a '~' it waits before each byte. All other parts are sent in one piece,
 * so that bytes after an answer arrive with it. */
static void
say(int fd, const char *text)
{
	bool drip = false;

	for (size_t n; *text != '\0'; text += n) {
		n = 1;
		if (*text == '~') {
			drip = true;
			continue;
		}
		if (*text == '|' || drip)
			clock_sleep_ns(DRIP_MS * CLOCK_MS);
		if (*text == '|')
			continue;
		if (!drip)
			n = strcspn(text, "|~");
		(void)!send(fd, text, n, MSG_NOSIGNAL);
	}
}

static int
listen_at(const struct sockaddr *at, socklen_t n)
{
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, at, n), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	return fd;
}

/* Sends these answers in order, one per request other than "quit", to any client. Closes the connection after an answer
 * that ends with '#'. Ends with the test's process group. */
static void
lie(int fd, const char *const *answers)
{
	char heard[4096];
	int c = -1;

	if (fork() != 0) {
		close(fd);
		return;
	}
	for (; *answers != NULL; answers++) {
		struct str text = str_z(*answers);

		for (;;) {
			if (c < 0)
				c = accept(fd, NULL, NULL);
			if (recv(c, heard, sizeof(heard), 0) > 0 && heard[0] != 'q')
				break;
			close(c);
			c = -1;
		}
		say(c, str_ends(text, STR("#")) ? str_dup(&arena, str_head(text, text.n - 1)).p : text.p);
		if (str_ends(text, STR("#"))) {
			close(c);
			c = -1;
		}
	}
	pause();
	_exit(0);
}

static struct str
lying_server(const char *name, const char *const *answers)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct str path = str_fmt(&arena, "%s/%s", services.dir, name);

	memcpy(at.sun_path, path.p, path.n);
	lie(listen_at((const struct sockaddr *)&at, sizeof(at)), answers);
	return path;
}

static struct memc *
open_lying(const char *name, const char *const *answers)
{
	struct str *server = ARENA_NEW(&arena, struct str);

	*server = lying_server(name, answers);
	return open_at(server, 1);
}

#define GOOD "VALUE key 0 2 7\r\nok\r\nEND\r\n"

/* Each answer is an error, never a miss; the next request uses a new connection. */
static const char *const nonsense[] = {
    "HELLO\r\n",
    "ERROR\r\n",
    "SERVER_ERROR out of memory\r\n",
    "SERVER_ERROR out of memory writing get response\r\n",
    "CLIENT_ERROR bad command line format\r\n",
    "STORED\r\n",
    "NOT_STORED\r\n",
    "DELETED\r\n",
    "VALUE other 0 2 7\r\nno\r\nEND\r\n",	     /* not the requested key */
    "VALUE key 0 2 7\r\nok\r\nVALUE key 0 2 7\r\nok\r\nEND\r\n",
    "VALUE key 0 2 0\r\nno\r\nEND\r\n",	     /* no cas id */
    "VALUE key 0 2\r\nno\r\nEND\r\n",
    "VALUE key 0 2 7\r\nlonger\r\nEND\r\n",
    "VALUE key 0 -1 7\r\n\r\nEND\r\n",
    "VALUE key 0 99999999999999 7\r\nno\r\nEND\r\n",
    "VALUE key 0 2 7\r\nno\r\nERROR\r\n",
    "END\r\nERROR\r\n",			     /* a line that answers no request */
    GOOD "ERROR\r\n",
    "VALUE key 0 2 7\r\nno#",
    "VALUE key#",
    "#",
};

START_TEST(answers_that_are_none_are_errors_and_end_the_connection)
{
	const char *answers[2 * ARRAY_LEN(nonsense) + 1] = {0};
	struct memc *m;

	prepare(2000);
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		answers[2 * i] = nonsense[i];
		answers[2 * i + 1] = GOOD;
	}
	m = open_lying("nonsense", answers);
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		struct memc_op got = done(m, op(MEMC_GET, "key"));

		ck_assert_msg(got.result == MEMC_ERROR, "%d: %s", (int)got.result, nonsense[i]);
		got = done(m, op(MEMC_GET, "key"));
		ck_assert_msg(got.result == MEMC_OK && str_eq_z(got.value, "ok"), "after %s", nonsense[i]);
	}
}
END_TEST

START_TEST(a_line_that_comes_late_shifts_no_answer)
{
	static const char *const answers[] = {"VALUE a 0 1 7\r\na\r\nEND\r\n|ERROR\r\n",
	    "VALUE b 0 1 7\r\nb\r\nEND\r\n", "VALUE c 0 1 7\r\nc\r\nEND\r\n", NULL};
	struct memc *m;

	prepare(2000);
	m = open_lying("shift", answers);
	ck_str(done(m, op(MEMC_GET, "a")).value, "a");
	clock_sleep_ns(4 * DRIP_MS * CLOCK_MS); /* the line is there */
	ck_result(done(m, op(MEMC_GET, "b")), MEMC_ERROR);
	ck_str(done(m, op(MEMC_GET, "c")).value, "c");
}
END_TEST

START_TEST(a_late_answer_is_not_taken_for_that_of_the_next_question)
{
	static const char *const answers[] = {
	    "||||||||||VALUE key 0 3 1\r\nold\r\nEND\r\n", "VALUE key 0 3 1\r\nnew\r\nEND\r\n", NULL};
	struct memc_op got;
	struct memc *m;

	prepare(50);
	m = open_lying("late", answers);
	ck_result(done(m, op(MEMC_GET, "key")), MEMC_ERROR);
	timeout_ms = LONG_MS;
	clock_sleep_ns(400 * CLOCK_MS); /* the old answer is there now */
	got = done(m, op(MEMC_GET, "key"));
	ck_result(got, MEMC_OK);
	ck_str(got.value, "new");
}
END_TEST

START_TEST(a_byte_now_and_then_does_not_outlast_the_deadline)
{
	static const char *const answers[] = {
	    "~" GOOD, GOOD, "~END\r\n", GOOD, "VALUE key~ 0 2 7\r\nok\r\nEND\r\n", NULL};
	struct memc *m;

	prepare(50);
	m = open_lying("drip", answers);
	for (int i = 0; i < 3; i++) {
		timeout_ms = 50;
		ck_result(done(m, op(MEMC_GET, "key")), MEMC_ERROR); /* in time it would be a value or a miss */
		timeout_ms = LONG_MS;
		if (i < 2)
			ck_result(done(m, op(MEMC_GET, "key")), MEMC_OK);
	}
}
END_TEST

START_TEST(an_answer_may_come_in_pieces_but_not_in_part)
{
	const struct str whole = STR("VALUE key 0 2 7\r\nok\r\nEND\r\n");
	const char *answers[2 * 64 + 1] = {0};
	struct memc *m;

	prepare(2000);
	for (size_t i = 0; i < whole.n; i++) {
		answers[2 * i] = str_fmt(&arena, "%.*s#", (int)i, whole.p).p;
		answers[2 * i + 1] = str_fmt(&arena, "%.*s|%s", (int)i, whole.p, whole.p + i).p;
	}
	m = open_lying("pieces", answers);
	for (size_t i = 0; i < whole.n; i++) {
		ck_result(done(m, op(MEMC_GET, "key")), MEMC_ERROR);
		ck_str(done(m, op(MEMC_GET, "key")).value, "ok");
	}
}
END_TEST

START_TEST(odd_answers_to_what_is_answered_are_errors)
{
	static const char *const answers[] = {"ERROR\r\nNOT_STORED\r\n", "STORED\r\n", "HELLO\r\n", "NOT_STORED\r\n",
	    "#", "STORED\r\n", "SERVER_ERROR out of memory storing object\r\n", "EXISTS\r\n", "STORED\r\n", NULL};
	static const enum memc_result want[] = {MEMC_ERROR, MEMC_OK, MEMC_ERROR, MEMC_EXISTS, MEMC_ERROR, MEMC_OK,
	    MEMC_REFUSED, MEMC_ERROR, MEMC_OK};
	struct memc *m;

	prepare(2000);
	m = open_lying("odd", answers);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		ck_assert_msg(done(m, with(MEMC_ADD, "key", "value")).result == want[i], "%s", answers[i]);
}
END_TEST

START_TEST(each_key_has_its_server_and_only_its_own_trouble)
{
	static const char *const silent[] = {NULL};
	struct memc_op ops[100];
	struct str servers[2];
	size_t lost = 0;
	struct memc *m;

	prepare(200);
	servers[0] = lying_server("mute", silent); /* uses up the whole wait */
	servers[1] = real_server();
	m = open_at(servers, 2);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ops[i] = op(MEMC_TAKE, numbered("shared", (int)i));
	do_all(m, ops, ARRAY_LEN(ops));
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		ck_assert(ops[i].result == MEMC_OK || ops[i].result == MEMC_ERROR);
		lost += ops[i].result == MEMC_ERROR;
	}
	ck_assert_msg(lost > 25 && lost < 75, "%zu of the keys are at the first server", lost);
	timeout_ms = LONG_MS;
	m = open_real(); /* a client of this server alone: it still has the other keys */
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ck_result(done(m, op(MEMC_GET, numbered("shared", (int)i))),
		    ops[i].result == MEMC_OK ? MEMC_OK : MEMC_MISS);
}
END_TEST

/* Finds the server of each key. */
static void
places(const struct str *servers, size_t n, struct memc_op *ops, size_t n_ops)
{
	struct memc *m = open_at(servers, n);

	for (size_t i = 0; i < n_ops; i++)
		ops[i] = op(MEMC_GET, numbered("place", (int)i));
	memc_place(m, ops, n_ops);
}

START_TEST(a_server_more_moves_its_own_share_of_the_keys_and_weights_are_heeded)
{
	static const struct str four[] = {STR_INIT("a:1"), STR_INIT("b:1"), STR_INIT("/c"), STR_INIT("[::1]:5")};
	static const struct str weighted[] = {STR_INIT("a:1"), STR_INIT("/b/?3")};
	static struct memc_op before[2000], after[2000];
	size_t share[4] = {0}, moved = 0, heavy = 0;

	prepare(50);
	places(four, 3, before, ARRAY_LEN(before));
	places(four, 4, after, ARRAY_LEN(after));
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		share[before[i].server]++;
		moved += before[i].server != after[i].server;
		ck_assert(before[i].server == after[i].server || after[i].server == 3);
	}
	for (int k = 0; k < 3; k++)
		ck_assert_msg(share[k] > 400 && share[k] < 1000, "%zu of 2000 keys at server %d", share[k], k);
	ck_assert_msg(moved > 300 && moved < 750, "%zu of 2000 keys have moved", moved);
	places(weighted, 2, after, ARRAY_LEN(after));
	for (size_t i = 0; i < ARRAY_LEN(after); i++)
		heavy += after[i].server == 1;
	ck_assert_msg(heavy > 1300 && heavy < 1700, "%zu of 2000 keys at a server of three quarters", heavy);
}
END_TEST

START_TEST(a_server_may_have_an_ipv6_address)
{
	static const char *const answers[] = {GOOD, NULL};
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct str *server;
	socklen_t n = sizeof(at);
	int fd;

	prepare(LONG_MS);
	fd = listen_at((const struct sockaddr *)&at, sizeof(at));
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	server = ARENA_NEW(&arena, struct str);
	*server = str_fmt(&arena, "[::1]:%u/?2", (unsigned)ntohs(at.sin6_port));
	lie(fd, answers);
	ck_str(done(open_at(server, 1), op(MEMC_GET, "key")).value, "ok");
}
END_TEST

INTEG_MAIN("memc", true, what_is_added_is_there_until_it_is_erased, what_is_stored_by_a_mark_goes_over_that_value_only,
    a_mark_of_another_connection_or_without_a_number_is_not_sent, what_is_put_in_front_makes_it_another_value,
    one_exchange_stores_erases_and_reads_in_this_order, much_at_once_comes_through_whole,
    a_value_that_memcached_refuses_takes_no_other_answer_with_it,
    answers_that_are_none_are_errors_and_end_the_connection, a_line_that_comes_late_shifts_no_answer,
    a_late_answer_is_not_taken_for_that_of_the_next_question, a_byte_now_and_then_does_not_outlast_the_deadline,
    an_answer_may_come_in_pieces_but_not_in_part, odd_answers_to_what_is_answered_are_errors,
    each_key_has_its_server_and_only_its_own_trouble,
    a_server_more_moves_its_own_share_of_the_keys_and_weights_are_heeded, a_server_may_have_an_ipv6_address)
