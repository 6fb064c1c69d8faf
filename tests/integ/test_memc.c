#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "integ.h"
#include "plat/cache/memc.h"

#define TTL_S 60

static struct arena arena;
static struct conf conf;

static struct memc *
open_at(struct str *servers, size_t n)
{
	struct err e = {0};
	struct memc *m;

	conf.cache_socket = (struct conf_list){n, servers};
	ck_ok(memc_open(&arena, &conf, &m, &e), &e);
	return m;
}

static void
prepare(void)
{
	arena_init(&arena, (size_t)256 << 20);
	services_conf(&services, &arena, &conf);
}

/* The real one. */
static struct memc *
open_real(void)
{
	struct str *server = ARENA_NEW(&arena, struct str);

	*server = str_fmt(&arena, "%s/mc.sock", services.dir);
	return open_at(server, 1);
}

static struct memc_op
op(enum memc_what what, const char *key)
{
	return (struct memc_op){what, .key = str_z(key), .ttl_s = TTL_S};
}

static struct memc_op
with(enum memc_what what, const char *key, const char *value)
{
	return (struct memc_op){what, .key = str_z(key), .value = str_z(value), .ttl_s = TTL_S};
}

static struct memc_op
done(struct memc *m, struct memc_op o)
{
	memc_do(m, &arena, &o, 1);
	return o;
}

#define ck_result(o, r) ck_assert_int_eq((int)(o).result, (int)(r))

START_TEST(what_is_added_is_there_until_it_is_deleted)
{
	struct memc_op got;
	struct memc *m;

	prepare();
	m = open_real();
	ck_result(done(m, op(MEMC_GET, "one")), MEMC_MISS);
	ck_result(done(m, with(MEMC_ADD, "one", "1\r\nEN\r\n")), MEMC_OK);
	ck_result(done(m, with(MEMC_ADD, "one", "2")), MEMC_EXISTS);
	got = done(m, op(MEMC_GET, "one"));
	ck_result(got, MEMC_OK);
	ck_str(got.value, "1\r\nEN\r\n");
	ck_result(done(m, op(MEMC_TAKE, "one")), MEMC_OK);
	ck_result(done(m, op(MEMC_DELETE, "one")), MEMC_OK);
	ck_result(done(m, op(MEMC_DELETE, "one")), MEMC_MISS);
	ck_result(done(m, op(MEMC_GET, "one")), MEMC_MISS);
}
END_TEST

START_TEST(who_takes_first_may_store_and_nobody_else)
{
	struct memc_op ours, store;
	struct memc *m, *other;

	prepare();
	m = open_real();
	other = open_real();
	ours = done(m, op(MEMC_TAKE, "taken"));
	ck_result(ours, MEMC_OURS);
	ck_result(done(other, op(MEMC_TAKE, "taken")), MEMC_THEIRS);
	ck_result(done(other, op(MEMC_GET, "taken")), MEMC_THEIRS);
	ck_result(done(m, op(MEMC_TAKE, "taken")), MEMC_THEIRS);
	store = with(MEMC_CAS, "taken", "value");
	store.mark = (struct memc_mark){ours.mark.cas + 1, ours.mark.connection};
	ck_result(done(m, store), MEMC_EXISTS);
	store.mark = ours.mark;
	ck_result(done(m, store), MEMC_OK);
	ck_result(done(m, store), MEMC_EXISTS); /* it is another value now */
	ck_str(done(other, op(MEMC_TAKE, "taken")).value, "value");
	store.mark = done(m, op(MEMC_GET, "taken")).mark;
	ck_result(done(other, op(MEMC_DELETE, "taken")), MEMC_OK);
	ck_result(done(m, store), MEMC_EXISTS);
	ck_result(done(m, op(MEMC_GET, "taken")), MEMC_MISS);
}
END_TEST

START_TEST(what_is_stored_by_a_mark_of_another_connection_is_refused_unsent)
{
	struct memc_op store = with(MEMC_CAS, "moved", "value");
	struct memc *m, *other;

	prepare();
	m = open_real();
	other = open_real();
	ck_result(done(other, op(MEMC_GET, "moved")), MEMC_MISS); /* the numbers of connections differ */
	ck_result(done(m, op(MEMC_TAKE, "moved")), MEMC_OURS);
	store.mark = done(m, op(MEMC_GET, "moved")).mark;
	store.mark.connection++;
	ck_result(done(m, store), MEMC_EXISTS);
	ck_result(done(m, op(MEMC_GET, "moved")), MEMC_THEIRS);
}
END_TEST

START_TEST(one_exchange_does_everything_in_its_order)
{
	struct memc_op ops[] = {with(MEMC_ADD, "order", "first"), op(MEMC_DELETE, "order"),
	    with(MEMC_ADD, "order", "second"), op(MEMC_GET, "order"), op(MEMC_GET, "nothing"),
	    op(MEMC_DELETE, "nothing"), op(MEMC_TAKE, "nothing"), op(MEMC_GET, "order")};
	const enum memc_result want[] = {
	    MEMC_OK, MEMC_OK, MEMC_OK, MEMC_OK, MEMC_MISS, MEMC_MISS, MEMC_OURS, MEMC_OK};

	prepare();
	memc_do(open_real(), &arena, ops, ARRAY_LEN(ops));
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ck_result(ops[i], want[i]);
	ck_str(ops[3].value, "second");
	ck_str(ops[7].value, "second");
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
	static struct memc_op ops[BIG + 2 * SMALL];
	static char big[BIG_B];
	struct memc *m;
	size_t n = 0;

	prepare();
	conf.cache_timeout_ms = 5000;
	m = open_real();
	memset(big, 'b', sizeof(big));
	for (int i = 0; i < BIG; i++) {
		ops[n] = op(MEMC_ADD, numbered("big", i));
		ops[n++].value = str_n(big, (size_t)(BIG_B - i));
	}
	for (int i = 0; i < SMALL; i++)
		ops[n++] = with(MEMC_ADD, numbered("small", i), numbered("value", i));
	for (int i = 0; i < SMALL; i++)
		ops[n++] = op(MEMC_GET, i < BIG ? numbered("big", i) : numbered("small", i));
	memc_do(m, &arena, ops, n);
	for (size_t i = 0; i < n; i++)
		ck_result(ops[i], MEMC_OK);
	for (int i = 0; i < SMALL; i++) {
		if (i < BIG)
			ck_assert_uint_eq(ops[BIG + SMALL + i].value.n, BIG_B - (size_t)i);
		else
			ck_str(ops[BIG + SMALL + i].value, numbered("value", i));
	}
	for (int i = 0; i < 2 * BIG; i++) { /* neither waits for the other to read */
		ops[i] = op(i < BIG ? MEMC_GET : MEMC_ADD, numbered("big", i));
		if (i >= BIG)
			ops[i].value = str_n(big, BIG_B);
	}
	memc_do(m, &arena, ops, (size_t)2 * BIG);
	for (int i = 0; i < 2 * BIG; i++)
		ck_result(ops[i], MEMC_OK);
}
END_TEST

START_TEST(value_that_memcached_refuses_takes_no_other_answer_with_it)
{
	struct memc_op ops[] = {op(MEMC_ADD, "large"), with(MEMC_ADD, "small", "value"), op(MEMC_GET, "small"),
	    op(MEMC_TAKE, "large")};
	struct memc *m;

	prepare();
	conf.cache_timeout_ms = 5000;
	m = open_real();
	ops[0].value = str_n(arena_alloc(&arena, 3000000), 3000000);
	memc_do(m, &arena, ops, ARRAY_LEN(ops));
	ck_result(ops[0], MEMC_REFUSED);
	ck_result(ops[1], MEMC_OK);
	ck_str(ops[2].value, "value");
	ck_result(ops[3], MEMC_OURS);
}
END_TEST

/* A server that gives these answers, one to each question that it hears, whoever asks; "" closes the connection, and a
 * number before it is how many milliseconds it thinks. Ends with the test's process group. */
static struct str
playing_server(const char *name, const char *const *answers)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct str path = str_fmt(&arena, "%s/%s", services.dir, name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), c = -1;
	char heard[4096];

	memcpy(at.sun_path, path.p, path.n);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	if (fork() != 0) {
		close(fd);
		return path;
	}
	while (*answers != NULL) {
		const char *text = *answers;
		unsigned long ms;
		char *behind;

		if (c < 0)
			c = accept(fd, NULL, NULL);
		if (recv(c, heard, sizeof(heard), 0) <= 0) {
			close(c);
			c = -1;
			continue;
		}
		ms = strtoul(text, &behind, 10);
		clock_sleep_ns(ms * CLOCK_MS);
		if (*behind != '\0')
			(void)!send(c, behind, strlen(behind), MSG_NOSIGNAL);
		answers++;
		if (*behind == '\0') {
			close(c);
			c = -1;
		}
	}
	pause();
	_exit(0);
}

START_TEST(late_answer_is_not_taken_for_that_of_the_next_question)
{
	static const char *const answers[] = {"300VA 3 c1 O1\r\nold\r\n", "VA 3 c1 O2\r\nnew\r\n", NULL};
	struct memc_op got;
	struct str server;
	struct memc *m;

	prepare();
	server = playing_server("late", answers);
	m = open_at(&server, 1);
	ck_result(done(m, op(MEMC_GET, "late")), MEMC_ERROR);
	conf.cache_timeout_ms = 5000;
	clock_sleep_ns(400 * CLOCK_MS); /* the old answer is there now */
	for (uint64_t until = clock_mono_ns() + 5 * CLOCK_S; clock_left_ns(until) > 0;) {
		got = done(m, op(MEMC_GET, "late"));
		if (got.result == MEMC_OK)
			break;
	}
	ck_result(got, MEMC_OK);
	ck_str(got.value, "new");
}
END_TEST

/* Each is an error, and after it the server is asked on another connection. */
static const char *const nonsense[] = {
    "HELLO\r\n",
    "ERROR\r\n",
    "SERVER_ERROR out of memory\r\n",
    "EN O999\r\n",
    "VA 3 c0 O%d\r\nold\r\n",
    "VA 3 c1 O999\r\nold\r\n",
    "VA 3 c1\r\nold\r\n",
    "HD O%d\r\n",
    "NF O%d\r\n",
    "VA -1 c1 O%d\r\n\r\n",
    "VA 99999999999 c1 O%d\r\n",
    "VA 3 c1 O%d\r\nlonger\r\n",
    "VA 3 c1 O%d\nold\r\n",
    "VA 3 c1 O%d\r\nold\r\nHD O9\r\n",
};

START_TEST(answers_that_are_none_are_errors_and_end_the_connection)
{
	const char *answers[2 * ARRAY_LEN(nonsense) + 1] = {0};
	size_t with_value = ARRAY_LEN(nonsense) - 1;
	struct str server;
	struct memc *m;

	prepare();
	conf.cache_timeout_ms = 2000;
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		struct str rest = str_z(nonsense[i]), head;
		struct buf b;

		buf_init(&b, &arena, 1000);
		if (str_find(rest, STR("%d")) >= 0) {
			(void)str_cut(&rest, '%', &head);
			buf_put(&b, head);
			buf_u64(&b, 2 * i + 1);
			rest = str_from(rest, 1);
		}
		buf_put(&b, rest);
		answers[2 * i] = buf_str(&b).p;
		answers[2 * i + 1] = str_fmt(&arena, "VA 2 c1 O%zu\r\nok\r\n", 2 * i + 2).p;
	}
	server = playing_server("nonsense", answers);
	m = open_at(&server, 1);
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		struct memc_op got = done(m, op(MEMC_GET, "key"));

		ck_assert_msg(got.result == (i == with_value ? MEMC_OK : MEMC_ERROR), "%s", nonsense[i]);
		got = done(m, op(MEMC_GET, "key"));
		ck_assert_msg(got.result == MEMC_OK && str_eq_z(got.value, "ok"), "after %s", nonsense[i]);
	}
}
END_TEST

START_TEST(who_takes_what_there_is_no_room_for_is_told_so)
{
	static const char *const answers[] = {"EN O1\r\n", "VA 0 c1 W O2\r\n\r\n", NULL};
	struct str server;
	struct memc *m;

	prepare();
	conf.cache_timeout_ms = 2000;
	server = playing_server("full", answers);
	m = open_at(&server, 1);
	ck_result(done(m, op(MEMC_TAKE, "key")), MEMC_MISS);
	ck_result(done(m, op(MEMC_TAKE, "key")), MEMC_OURS);
}
END_TEST

START_TEST(connection_that_ends_is_an_error_and_made_anew)
{
	static const char *const answers[] = {"", "VA 5 c1 O2\r\nva", "VA 2 c1 O3\r\nok\r\n", NULL};
	struct str server;
	struct memc *m;

	prepare();
	server = playing_server("ends", answers);
	m = open_at(&server, 1);
	ck_result(done(m, op(MEMC_GET, "key")), MEMC_ERROR);
	ck_result(done(m, op(MEMC_GET, "key")), MEMC_ERROR); /* half of a value, and no more */
	ck_str(done(m, op(MEMC_GET, "key")).value, "ok");
}
END_TEST

START_TEST(each_key_has_its_server_and_only_its_own_trouble)
{
	static const char *const silent[] = {"5000", NULL};
	struct memc_op ops[100];
	struct str servers[2];
	size_t lost = 0;
	struct memc *m;

	prepare();
	servers[0] = playing_server("mute", silent); /* takes all the time there is */
	servers[1] = str_fmt(&arena, "%s/mc.sock", services.dir);
	m = open_at(servers, 2);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ops[i] = op(MEMC_TAKE, numbered("shared", (int)i));
	memc_do(m, &arena, ops, ARRAY_LEN(ops));
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		ck_assert(ops[i].result == MEMC_OURS || ops[i].result == MEMC_ERROR);
		lost += ops[i].result == MEMC_ERROR;
	}
	ck_assert_msg(lost > 25 && lost < 75, "%zu of the keys are at the first server", lost);
	m = open_real(); /* alone, it has the other keys as it had them */
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		ck_result(done(m, op(MEMC_GET, numbered("shared", (int)i))),
		    ops[i].result == MEMC_OURS ? MEMC_THEIRS : MEMC_MISS);
}
END_TEST

START_TEST(names_of_servers_are_paths_or_hosts_with_a_port)
{
	static struct str bad[] = {STR_INIT(":11211"), STR_INIT("cache:0"), STR_INIT("cache:x"), STR_INIT("")};
	struct err e = {0};
	struct memc *m;

	prepare();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		conf.cache_socket = (struct conf_list){1, &bad[i]};
		ck_assert(!memc_open(&arena, &conf, &m, &e));
		ck_assert_int_eq((int)e.kind, (int)ERR_INPUT);
		err_clear(&e);
	}
}
END_TEST

INTEG_MAIN("memc", true, what_is_added_is_there_until_it_is_deleted, who_takes_first_may_store_and_nobody_else,
    what_is_stored_by_a_mark_of_another_connection_is_refused_unsent, one_exchange_does_everything_in_its_order,
    much_at_once_comes_through_whole, value_that_memcached_refuses_takes_no_other_answer_with_it,
    who_takes_what_there_is_no_room_for_is_told_so,
    late_answer_is_not_taken_for_that_of_the_next_question, answers_that_are_none_are_errors_and_end_the_connection,
    connection_that_ends_is_an_error_and_made_anew, each_key_has_its_server_and_only_its_own_trouble,
    names_of_servers_are_paths_or_hosts_with_a_port)
