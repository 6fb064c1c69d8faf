/* The host's count of requests: with simulated time, and with real processes that share the file and are killed. */
#include "plat/control/tally.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "child.h"
#include "plat/control/tally_area.h"
#include "random.h"

static char dir[] = "/tmp/kontor-tally-XXXXXX";
static char path[64];
static struct err e;

static void
setup(void)
{
	memset(tally_none()->area, 0, sizeof(struct tally_area)); /* under valgrind all tests run in one process */
	snprintf(dir, sizeof(dir), "/tmp/kontor-tally-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/control", dir);
	err_clear(&e);
}

static void
teardown(void)
{
	char cmd[80];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static struct tally_key
client(uint64_t number, uint32_t n, uint32_t period_s)
{
	struct tally_key key = {.name = "search", .rate = {n, period_s}};

	memcpy(key.client, &number, sizeof(number));
	return key;
}

static bool
take(struct tally *t, const struct tally_key *key, enum tally_how how, uint64_t mono_ms)
{
	struct tally_taken taken;

	return tally_take(t, key, how, mono_ms, &taken);
}

START_TEST(strict_never_allows_more_than_n_in_any_period_and_allows_n_at_once)
{
	enum { N = 23, PERIOD_S = 10, ASKS = 30000 };
	static uint64_t allowed[ASKS];
	uint64_t seed = 3, now_ms = 5000000;
	struct tally_key key = client(1, N, PERIOD_S);
	size_t n = 0;

	for (int i = 0; i < N; i++)
		ck_assert(take(tally_none(), &key, TALLY_STRICT, now_ms));
	ck_assert(!take(tally_none(), &key, TALLY_STRICT, now_ms));
	now_ms += 3 * PERIOD_S * 1000;
	for (int i = 0; i < ASKS; i++) {
		now_ms += random_next(&seed) % (i / 1000 % 2 == 0 ? 200 : 2000);
		if (take(tally_none(), &key, TALLY_STRICT, now_ms))
			allowed[n++] = now_ms;
	}
	ck_assert_uint_gt(n, 5000);
	for (size_t i = N; i < n; i++)
		ck_assert_uint_gt(allowed[i] - allowed[i - N], PERIOD_S * 1000);
}
END_TEST

/* The host sees the requests that a moving window allowed, so it must not refuse any of them. */
START_TEST(lenient_refuses_nothing_that_a_moving_window_allows)
{
	enum { N = 23, PERIOD_S = 10, ASKS = 30000 };
	const struct rates rates = {.n = 1, .v = {{N, PERIOD_S}}};
	uint32_t time[N + 1];
	struct rate_window w = {time, 0};
	uint64_t seed = 5, now_ms = 5000000;
	struct tally_key key = client(2, N, PERIOD_S);
	int refused = 0;

	for (int i = 0; i < ASKS; i++) {
		now_ms += random_next(&seed) % (i / 1000 % 2 == 0 ? 200 : 2000);
		if (rate_window_left(&w, &rates.v[0], now_ms).n == 0) {
			refused++;
			continue;
		}
		rate_window_add(&w, &rates, now_ms);
		ck_assert(take(tally_none(), &key, TALLY_LENIENT, now_ms));
	}
	ck_assert_int_gt(refused, 1000);
}
END_TEST

START_TEST(lenient_alone_never_allows_more_than_twice_n_in_any_period)
{
	enum { N = 23, PERIOD_S = 10, ASKS = 60000 };
	static uint64_t allowed[ASKS];
	uint64_t seed = 9, now_ms = 5000000;
	struct tally_key key = client(3, N, PERIOD_S);
	size_t n = 0;
	bool more = false;

	for (int i = 0; i < ASKS; i++) {
		now_ms += random_next(&seed) % 300;
		if (take(tally_none(), &key, TALLY_LENIENT, now_ms))
			allowed[n++] = now_ms;
	}
	ck_assert_uint_gt(n, 5000);
	for (size_t i = 2 * N; i < n; i++) {
		ck_assert_uint_gt(allowed[i] - allowed[i - 2 * N], PERIOD_S * 1000);
		more = more || allowed[i] - allowed[i - N] <= PERIOD_S * 1000;
	}
	ck_assert(more); /* the bound is not reached by being strict */
}
END_TEST

START_TEST(the_wait_is_over_when_one_more_is_allowed)
{
	struct tally_key key = client(4, 3, 60);
	struct tally_taken taken;
	uint64_t now_ms = 7777777;

	for (int i = 0; i < 3; i++)
		ck_assert(tally_take(tally_none(), &key, TALLY_STRICT, now_ms, &taken));
	ck_assert(!tally_take(tally_none(), &key, TALLY_STRICT, now_ms, &taken));
	ck_assert_uint_ge(taken.left.wait_ms, 60000);
	ck_assert_uint_le(taken.left.wait_ms, 70000);
	ck_assert(!take(tally_none(), &key, TALLY_STRICT, now_ms + taken.left.wait_ms - 1));
	ck_assert(take(tally_none(), &key, TALLY_STRICT, now_ms + taken.left.wait_ms));
}
END_TEST

START_TEST(a_request_taken_back_does_not_count)
{
	struct tally_key key = client(5, 3, 60);
	struct tally_taken taken;

	for (int i = 0; i < 100; i++) {
		ck_assert(tally_take(tally_none(), &key, TALLY_LENIENT, 1000000, &taken));
		tally_give_back(&taken);
	}
	for (int i = 0; i < 3; i++)
		ck_assert(take(tally_none(), &key, TALLY_STRICT, 1000000));
	ck_assert(!take(tally_none(), &key, TALLY_STRICT, 1000000));
}
END_TEST

START_TEST(limits_rates_and_clients_are_counted_apart)
{
	struct tally_key keys[5] = {client(6, 1, 60), client(7, 1, 60), client(6, 1, 61), client(6, 1, 60),
	    client(6, 1, 60)};

	keys[3].per = RATE_PER_SESSION;
	str_copy(keys[4].name, sizeof(keys[4].name), STR("cart"));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		ck_assert(take(tally_none(), &keys[i], TALLY_STRICT, 1000000));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		ck_assert(!take(tally_none(), &keys[i], TALLY_STRICT, 1000000));
}
END_TEST

START_TEST(clients_without_number_never_make_an_active_one_forgotten)
{
	struct tally_key mine = client(0, 1000000, 60);
	struct tally_taken taken;
	uint64_t now_ms = 1000000;

	/* more than there are entries; time passes, and the client comes once in a row's worth of them */
	for (uint64_t i = 1; i <= 3 * TALLY_ROWS * TALLY_WAYS; i++) {
		struct tally_key other = client(i, 10, 60);

		if (i % TALLY_ROWS == 0) {
			now_ms += 1000;
			ck_assert(tally_take(tally_none(), &mine, TALLY_STRICT, now_ms, &taken));
		}
		ck_assert(take(tally_none(), &other, TALLY_STRICT, now_ms));
	}
	ck_assert_uint_eq(mine.rate.n - taken.left.n, 3 * TALLY_WAYS);
}
END_TEST

START_TEST(clients_are_listed_with_their_refusals_until_released)
{
	struct tally_key key = client(11, 2, 60);
	struct arena a;
	struct tally_seen *seen;

	arena_init(&a, (size_t)16 << 20);
	for (int i = 0; i < 2; i++)
		ck_assert(take(tally_none(), &key, TALLY_STRICT, 1000000));
	ck_assert(!take(tally_none(), &key, TALLY_STRICT, 1000000));
	tally_refuse(tally_none(), &key, 1000000, 1234567);
	ck_assert_uint_eq(tally_list(tally_none(), &a, 1000000, &seen), 1);
	ck_assert_mem_eq(&seen[0].key, &key, sizeof(key));
	ck_assert(seen[0].taken == 2 && seen[0].refused == 1 && seen[0].refused_s == 1234567);
	tally_release(tally_none(), &key, 1000000, 1234567000);
	ck_assert_uint_eq(tally_list(tally_none(), &a, 1000000, &seen), 1);
	ck_assert(seen[0].taken == 0 && seen[0].refused == 0);
	ck_assert(take(tally_none(), &key, TALLY_STRICT, 1000000));
	tally_release(tally_none(), &key, 1000000, 1234567000); /* the same release, seen again */
	ck_assert(take(tally_none(), &key, TALLY_STRICT, 1000000));
	ck_assert(!take(tally_none(), &key, TALLY_STRICT, 1000000));
	arena_fini(&a);
}
END_TEST

START_TEST(idle_clients_are_forgotten_an_hour_after_their_period_and_others_are_not)
{
	struct tally_key idle = client(21, 5, 60), busy = client(22, 5, 7200);
	uint64_t now_ms = 1000000 + 3661 * 1000;
	struct arena a;
	struct tally_seen *seen;

	arena_init(&a, (size_t)16 << 20);
	ck_assert(take(tally_none(), &idle, TALLY_STRICT, 1000000) && take(tally_none(), &busy, TALLY_STRICT, 1000000));
	for (int i = 0; i < TALLY_ROWS; i++)
		tally_tidy(tally_none(), now_ms - 2000);
	ck_assert_uint_eq(tally_list(tally_none(), &a, now_ms, &seen), 2);
	for (int i = 0; i < TALLY_ROWS; i++)
		tally_tidy(tally_none(), now_ms);
	ck_assert_uint_eq(tally_list(tally_none(), &a, now_ms, &seen), 1);
	ck_assert_mem_eq(seen[0].key.client, busy.client, sizeof(busy.client));
	arena_fini(&a);
}
END_TEST

/* ---- the file ---- */

/* Each process takes what it gets of one key, in many periods, and notes how much. The clock is shared. A request that
 * it overtook is not noted: the tally may have counted it in a later period. */
struct share {
	_Atomic uint64_t now_ms;
	_Atomic uint64_t got[64];
};

#define SHARE_N 50
#define SHARE_PERIOD_S 6

static void
crowd(struct share *share, int seconds)
{
	struct tally t = {.area = NULL};
	struct tally_key key = client(99, SHARE_N, SHARE_PERIOD_S);

	ck_ok(tally_join(&t, path, &e), &e);
	for (;;) {
		uint64_t now_ms = atomic_load(&share->now_ms);

		if (now_ms >= (uint64_t)seconds * 1000)
			break;
		if (take(&t, &key, TALLY_STRICT, now_ms) && atomic_load(&share->now_ms) == now_ms)
			atomic_fetch_add(&share->got[now_ms / 1000], 1);
	}
}

START_TEST(processes_that_are_killed_at_any_point_never_make_the_others_exceed_the_limit)
{
	struct share *share = mmap(NULL, sizeof(*share), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const int seconds = 60;
	struct child c[4];
	uint64_t all = 0;

	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		c[i] = child_fork();
		if (c[i].pid == 0) {
			crowd(share, seconds);
			child_wait(c[i]);
		}
	}
	for (int s = 0; s < seconds; s++) {
		size_t i = (size_t)s % ARRAY_LEN(c);

		clock_sleep_ns(5 * CLOCK_MS);
		atomic_store(&share->now_ms, (uint64_t)(s + 1) * 1000);
		if (s % 3 != 0)
			continue;
		child_end(c[i], SIGKILL);
		c[i] = child_fork();
		if (c[i].pid == 0) {
			crowd(share, seconds);
			child_wait(c[i]);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		child_await(c[i]);
		child_end(c[i], SIGKILL);
	}
	for (int s = 0; s < seconds; s++) {
		uint64_t sum = 0;

		for (int k = s; k < s + SHARE_PERIOD_S && k < seconds; k++)
			sum += share->got[k];
		ck_assert_uint_le(sum, SHARE_N);
		all += share->got[s];
	}
	ck_assert_uint_ge(all, SHARE_N * (uint64_t)(seconds / (2 * SHARE_PERIOD_S)));
}
END_TEST

static void
take_many(int n)
{
	struct tally t = {.area = NULL};
	struct tally_key key = client(98, 1000000, 60);

	ck_ok(tally_join(&t, path, &e), &e);
	for (int i = 0; i < n; i++)
		if (!take(&t, &key, TALLY_STRICT, 1000000))
			_exit(1);
}

START_TEST(requests_of_processes_at_the_same_time_are_all_counted)
{
	const int n = 200000;
	struct child c[4];
	struct tally t = {.area = NULL};
	struct tally_key key = client(98, 1000000, 60);
	struct tally_taken taken;

	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		c[i] = child_fork();
		if (c[i].pid == 0) {
			take_many(n);
			child_wait(c[i]);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		child_await(c[i]);
		child_end(c[i], SIGKILL);
	}
	ck_ok(tally_join(&t, path, &e), &e);
	ck_assert(tally_take(&t, &key, TALLY_STRICT, 1000000, &taken));
	ck_assert_uint_eq(taken.left.n, 1000000 - 4 * (uint32_t)n - 1);
	tally_close(&t);
}
END_TEST

START_TEST(a_file_that_is_lost_or_cut_short_is_made_again_and_times_of_another_boot_are_dropped)
{
	struct tally t = {.area = NULL}, tool;
	struct tally_key key = client(1, 1, 60);
	char file[80];

	snprintf(file, sizeof(file), "%s-limits", path);
	ck_assert(!tally_open_tool(&tool, path, true, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	err_clear(&e);
	ck_ok(tally_join(&t, path, &e), &e);
	ck_assert(take(&t, &key, TALLY_STRICT, 1000000) && !take(&t, &key, TALLY_STRICT, 1000000));
	ck_ok(tally_open_tool(&tool, path, true, &e), &e);
	ck_assert(!take(&tool, &key, TALLY_STRICT, 1000000));
	tally_close(&tool);
	ck_assert_int_eq(truncate(file, 100), 0);
	ck_ok(tally_join(&t, path, &e), &e);
	ck_assert(take(&t, &key, TALLY_STRICT, 1000000));
	ck_assert_int_eq(unlink(file), 0);
	ck_ok(tally_join(&t, path, &e), &e);
	ck_assert(take(&t, &key, TALLY_STRICT, 1000000));
	t.area->boot[0] ^= 1;
	tally_close(&t);
	ck_ok(tally_join(&t, path, &e), &e);
	ck_assert(take(&t, &key, TALLY_STRICT, 1000000));
	tally_close(&t);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "tally", strict_never_allows_more_than_n_in_any_period_and_allows_n_at_once,
    lenient_refuses_nothing_that_a_moving_window_allows, lenient_alone_never_allows_more_than_twice_n_in_any_period,
    the_wait_is_over_when_one_more_is_allowed, a_request_taken_back_does_not_count,
    limits_rates_and_clients_are_counted_apart, clients_without_number_never_make_an_active_one_forgotten,
    clients_are_listed_with_their_refusals_until_released,
    idle_clients_are_forgotten_an_hour_after_their_period_and_others_are_not,
    processes_that_are_killed_at_any_point_never_make_the_others_exceed_the_limit,
    requests_of_processes_at_the_same_time_are_all_counted,
    a_file_that_is_lost_or_cut_short_is_made_again_and_times_of_another_boot_are_dropped)
