/* Limits over a real memcached: exact over processes and hosts, bounded when memcached loses its windows. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cached.h"
#include "plat/cache/cache_impl.h"
#include "plat/cache/limiter.h"

#define WORKERS 8

/* A worker on a host: hosts have their own tally, and share memcached. */
static struct limiter
worker_of(struct control *ctl, struct tally *t, const char *host)
{
	struct limiter l = {open_cache(ctl), t, &arena};
	struct err e = {0};

	ck_ok(tally_join(t, str_fmt(&arena, "%s-%s", src->path, host).p, &e), &e);
	return l;
}

static struct limiter_answer
take(const struct limiter *l, const char *name, const struct rates *rates)
{
	const struct limiter_ask ask = {.name = name, .rates = rates, .client = {192, 0, 2, 7}};
	struct limiter_answer answer;

	cache_deadline(l->cache, CLOCK_NEVER);
	limiter_take(l, &ask, &answer);
	return answer;
}

static void
ck_end(const struct limiter *l, const char *name, const struct rates *rates, enum limiter_end end)
{
	ck_assert_int_eq((int)take(l, name, rates).end, (int)end);
}

static const struct rates five = {.n = 1, .v = {{5, 60}}};

START_TEST(an_allowed_request_takes_two_exchanges_and_a_refused_one_takes_one)
{
	struct tally t = {.area = NULL};
	struct limiter l;
	struct control *ctl;
	struct stats *st;
	uint64_t before;

	set_up("cost");
	ctl = open_control();
	st = control_stats(ctl);
	l = worker_of(ctl, &t, "a");
	before = exchanges(st);
	for (unsigned i = 1; i <= 5; i++) {
		struct limiter_answer answer = take(&l, "cost", &five);

		ck_assert_int_eq((int)answer.end, (int)LIMITER_ALLOWED);
		ck_assert(!answer.by_host);
		ck_assert_uint_eq(answer.left[0].n, 5 - i);
		ck_assert_uint_eq(exchanges(st), before + 2 * i);
	}
	for (unsigned i = 1; i <= 3; i++) {
		struct limiter_answer answer = take(&l, "cost", &five);

		ck_assert_int_eq((int)answer.end, (int)LIMITER_REFUSED);
		ck_assert(answer.left[0].n == 0 && answer.left[0].wait_ms > 50000 && answer.left[0].wait_ms <= 60001);
		ck_assert_uint_eq(exchanges(st), before + 10 + i);
	}
}
END_TEST

/* ---- crowds ---- */

struct taken {
	uint64_t at_ms;
	enum limiter_end end;
	bool by_host;
	unsigned lost;
};

struct crowd {
	_Atomic bool stop;
	_Atomic size_t n, allowed[2]; /* by memcached, by the host */
	struct taken v[400000];
};

static struct crowd *crowd;

static void
work(const char *host, const struct rates *rates)
{
	struct tally t = {.area = NULL};
	struct limiter l = worker_of(open_control(), &t, host);
	struct arena requests;

	arena_init(&requests, (size_t)4 << 20);
	l.a = &requests;
	while (!crowd->stop) {
		struct limiter_answer answer = take(&l, "crowd", rates);
		size_t i = crowd->n++;

		ck_assert_uint_lt(i, ARRAY_LEN(crowd->v));
		if (answer.end == LIMITER_ALLOWED)
			crowd->allowed[answer.by_host]++;
		crowd->v[i] = (struct taken){answer.at_ms, answer.end, answer.by_host, answer.lost};
		arena_reset(&requests);
		if (answer.end != LIMITER_ALLOWED)
			clock_sleep_ns(CLOCK_MS);
	}
	_exit(0);
}

static int
by_time(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* The times of the allowed requests, in order. */
static size_t
allowed_times(uint64_t **at_ms)
{
	size_t n = 0;

	*at_ms = ARENA_ARRAY(&arena, uint64_t, crowd->n);
	for (size_t i = 0; i < crowd->n; i++)
		if (crowd->v[i].end == LIMITER_ALLOWED)
			(*at_ms)[n++] = crowd->v[i].at_ms;
	qsort(*at_ms, n, sizeof(**at_ms), by_time);
	return n;
}

/* The largest number of allowed requests in any period. */
static size_t
most_in_a_period(const struct rate *r)
{
	uint64_t *at_ms;
	size_t n = allowed_times(&at_ms), most = 0, from = 0;

	for (size_t i = 0; i < n; i++) {
		while (at_ms[i] - at_ms[from] > r->period_s * UINT64_C(1000))
			from++;
		most = i - from + 1 > most ? i - from + 1 : most;
	}
	return most;
}

static void
no_trouble(void)
{
	clock_sleep_ns(5 * CLOCK_S);
}

static void
flushes(void)
{
	struct err e = {0};

	for (int i = 0; i < 12; i++) {
		clock_sleep_ns(350 * CLOCK_MS);
		ck_ok(cache_flush(open_cache(NULL), &e), &e);
	}
}

/* A few more than one limit's worth. */
static void
wait_for_more(const _Atomic size_t *allowed)
{
	size_t before = *allowed;
	uint64_t until_ns = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S;

	while (*allowed < before + 25) {
		ck_assert_uint_gt(clock_left_ns(until_ns), 0);
		clock_sleep_ns(CLOCK_MS);
	}
}

static void
deaths(void)
{
	for (int i = 0; i < 4; i++) {
		wait_for_more(&crowd->allowed[0]);
		services_do(&services, "mc-kill");
		wait_for_more(&crowd->allowed[1]);
		services_do(&services, "mc-start");
	}
	wait_for_more(&crowd->allowed[0]);
}

/* `trouble` happens while WORKERS processes ask as fast as they can, those with odd numbers on another host. */
static void
run_crowd(const char *name, bool two_hosts, const struct rates *rates, void (*trouble)(void))
{
	pid_t pid[WORKERS];

	crowd = mmap(NULL, sizeof(*crowd), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert(crowd != MAP_FAILED);
	set_up(name);
	conf.cache_timeout_ms = trouble == deaths ? 50 : 5000; /* a busy machine is no fault of memcached's */
	for (int i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			work(two_hosts && i % 2 == 1 ? "b" : "a", rates);
	}
	trouble();
	crowd->stop = true;
	for (int i = 0; i < WORKERS; i++) {
		int status;

		ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

static const struct rates crowded = {.n = 2, .v = {{20, 1}, {60, 5}}};

START_TEST(workers_of_two_hosts_never_exceed_a_limit_reach_it_and_cost_what_is_promised)
{
	uint64_t cost = 0;
	struct stats st;
	struct err e = {0};

	run_crowd("crowd", true, &crowded, no_trouble);
	for (size_t k = 0; k < crowded.n; k++)
		ck_assert_uint_eq(most_in_a_period(&crowded.v[k]), crowded.v[k].n);
	for (size_t i = 0; i < crowd->n; i++) {
		const struct taken *t = &crowd->v[i];

		ck_assert(!t->by_host);
		cost += 2 * t->lost + (t->end == LIMITER_ALLOWED ? 2 : t->end == LIMITER_REFUSED ? 1 : 0);
	}
	ck_ok(stats_open_tool(&st, src->path, false, &e), &e);
	ck_assert_uint_eq(exchanges(&st), cost);
}
END_TEST

static const struct rates second = {.n = 1, .v = {{20, 1}}};

START_TEST(however_often_memcached_is_emptied_a_host_allows_at_most_twice_the_limit)
{
	run_crowd("flush", false, &second, flushes);
	ck_assert_uint_le(most_in_a_period(&second.v[0]), 2 * second.v[0].n);
	ck_assert_uint_ge(most_in_a_period(&second.v[0]), second.v[0].n);
}
END_TEST

START_TEST(while_memcached_is_dead_the_host_keeps_the_limit_and_with_its_return_it_is_never_more_than_twice_as_much)
{
	run_crowd("death", false, &second, deaths);
	ck_assert_uint_le(most_in_a_period(&second.v[0]), 2 * second.v[0].n);
}
END_TEST

START_TEST(without_memcached_the_host_alone_keeps_the_limit)
{
	struct tally t = {.area = NULL};
	struct limiter l;

	set_up("alone");
	conf.cache_socket.n = 0;
	l = worker_of(open_control(), &t, "a");
	for (int i = 0; i < 5; i++)
		ck_end(&l, "alone", &five, LIMITER_ALLOWED);
	ck_assert(take(&l, "alone", &five).by_host);
	ck_end(&l, "alone", &five, LIMITER_REFUSED);
	tally_close(&t);
	ck_end(&l, "alone", &five, LIMITER_UNCOUNTED);
}
END_TEST

/* ---- what memcached holds ---- */

static struct memc_op
window(const struct limiter *l, enum memc_what what, const char *name, struct str value)
{
	const uint8_t client[TALLY_CLIENT_B] = {192, 0, 2, 7};
	uint8_t hash[SECRET_TOKEN_B];
	struct memc_op op = {what, .value = value, .ttl_s = 60};

	secret_derive(str_n(l->cache->seal, SECRET_KEY_B), str_n(client, sizeof(client)), hash);
	op.key = str_fmt(&arena, "%s%s:address:%s", l->cache->window_head.p, name,
	    secret_hex(&arena, hash, sizeof(hash)).p);
	ask_all(open_memc(), &op, 1);
	return op;
}

static uint64_t
values_refused(const struct control *ctl)
{
	struct stats_report r;

	stats_read(control_stats(ctl), &arena, &r);
	return r.all->count[STAT_cache_corrupt];
}

START_TEST(a_planted_window_is_refused_counted_and_replaced)
{
	struct tally t = {.area = NULL};
	struct control *ctl;
	struct limiter l;
	struct str full;

	set_up("planted");
	ctl = open_control();
	l = worker_of(ctl, &t, "a");
	for (int i = 0; i < 5; i++)
		ck_end(&l, "full", &five, LIMITER_ALLOWED);
	full = window(&l, MEMC_GET, "full", STR_NONE).value;
	ck_assert_uint_gt(full.n, 5 * sizeof(uint32_t));
	/* a full window of another limit, and one in clear, would stop a client who has done nothing */
	ck_assert_int_eq((int)window(&l, MEMC_ADD, "moved", full).result, (int)MEMC_OK);
	ck_end(&l, "moved", &five, LIMITER_ALLOWED);
	ck_assert_uint_eq(values_refused(ctl), 1);
	ck_assert_int_eq((int)window(&l, MEMC_ADD, "plain", STR("xxxxxxxxxxxxxxxxxxxxxxxxxxxx")).result, (int)MEMC_OK);
	for (int i = 0; i < 5; i++)
		ck_end(&l, "plain", &five, LIMITER_ALLOWED);
	ck_end(&l, "plain", &five, LIMITER_REFUSED);
	ck_assert_uint_eq(values_refused(ctl), 2);
}
END_TEST

START_TEST(a_release_holds_on_every_host)
{
	struct tally ta = {.area = NULL}, tb = {.area = NULL};
	struct limiter a, b;
	const struct limiter_ask ask = {.name = "free", .rates = &five, .client = {192, 0, 2, 7}};
	struct err e = {0};

	set_up("free");
	a = worker_of(open_control(), &ta, "a");
	b = worker_of(control_none(), &tb, "b");
	for (int i = 0; i < 5; i++)
		ck_end(&b, "free", &five, LIMITER_ALLOWED);
	ck_end(&a, "free", &five, LIMITER_REFUSED);
	ck_end(&b, "free", &five, LIMITER_REFUSED);
	ck_ok(limiter_release(&a, &ask, &e), &e);
	for (int i = 0; i < 5; i++)
		ck_end(&b, "free", &five, LIMITER_ALLOWED);
	ck_end(&a, "free", &five, LIMITER_REFUSED);
	ck_end(&b, "free", &five, LIMITER_REFUSED);
	services_do(&services, "mc-kill");
	ck_assert(!limiter_release(&a, &ask, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
}
END_TEST

INTEG_MAIN("limiter", true, an_allowed_request_takes_two_exchanges_and_a_refused_one_takes_one,
    workers_of_two_hosts_never_exceed_a_limit_reach_it_and_cost_what_is_promised,
    however_often_memcached_is_emptied_a_host_allows_at_most_twice_the_limit,
    while_memcached_is_dead_the_host_keeps_the_limit_and_with_its_return_it_is_never_more_than_twice_as_much,
    without_memcached_the_host_alone_keeps_the_limit, a_planted_window_is_refused_counted_and_replaced,
    a_release_holds_on_every_host)
