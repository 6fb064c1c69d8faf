/* Slots with real processes: they are forked, killed with SIGKILL or stopped, and what is counted must be exact. */
#include "plat/stats/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "plat/stats/stats_area.h"
#include "plat/stats/stats_report.h"
#include "child.h"
#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef"
#define FAR (clock_mono_ns() + 60 * CLOCK_S)

static char dir[] = "/tmp/kontor-stats-XXXXXX";
static char path[64];
static struct stats st;
static struct err e;

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/kontor-stats-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/stats", dir);
	err_clear(&e);
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

/* ---- children ---- */

/* In a child with a slot of `backend`. */
static struct child
start(const char *backend, void (*fn)(struct stats *))
{
	struct child c = child_fork();

	if (c.pid == 0) {
		struct stats own;
		struct err ce = {0};

		close(st.file.fd); /* an inherited descriptor must not keep the parent's locks */
		if (!stats_open(&own, path, &ce) || !stats_claim(&own, backend, &ce))
			_exit(1);
		fn(&own);
		child_wait(c);
	}
	return c;
}

static void
do_nothing(struct stats *own)
{
	(void)own;
}

static void
begin_one(struct stats *own)
{
	stats_begin(own, ID, FAR, STATS_ROUTE_product);
}

static void
begin_late(struct stats *own)
{
	stats_begin(own, ID, clock_mono_ns() - 10 * CLOCK_S, STATS_ROUTE_product);
}

static void
answer_three(struct stats *own)
{
	for (int i = 0; i < 3; i++) {
		stats_begin(own, ID, FAR, STATS_ROUTE_home);
		stats_add(own, STAT_db_queries, 2);
		stats_end(own, STATS_ANSWERED);
	}
}

static void
serve_for_ever(struct stats *own)
{
	static const enum stats_end ends[] = {STATS_ANSWERED, STATS_REFUSED, STATS_ABORTED, STATS_HANDLED};

	for (unsigned i = 0;; i++) {
		stats_begin(own, ID, FAR, STATS_ROUTE_home);
		stats_add(own, STAT_db_queries, 1);
		stats_end(own, ends[i % ARRAY_LEN(ends)]);
	}
}

/* ---- sums over all slots ---- */

static uint64_t
begun(void)
{
	uint64_t n = 0;

	for (int i = 0; i < STATS_SLOTS; i++)
		n += shared_get(&st.area->slot[i].begun);
	return n;
}

static uint64_t
ended(void)
{
	uint64_t n = 0;

	for (int i = 0; i < STATS_SLOTS; i++)
		n += stats_ended(&st.area->slot[i]);
	return n;
}

static uint64_t
ended_as(enum stats_end how)
{
	uint64_t n = 0;

	for (int i = 0; i < STATS_SLOTS; i++)
		n += shared_get(&st.area->slot[i].ended[how]);
	return n;
}

static uint64_t
counted(enum stats_counter which)
{
	uint64_t n = 0;

	for (int i = 0; i < STATS_SLOTS; i++)
		n += shared_get(&st.area->slot[i].count[which]);
	return n;
}

static int
taken(void)
{
	int n = 0;

	for (int i = 0; i < STATS_SLOTS; i++)
		n += shared_get(&st.area->slot[i].taken) != 0;
	return n;
}

/* ---- claims ---- */

START_TEST(a_dead_slots_counts_stay_and_the_next_owner_of_its_backend_adds_to_them)
{
	struct child c;

	for (int i = 1; i <= 3; i++) {
		c = start("shop-1", answer_three);
		child_await(c);
		child_end(c, SIGKILL);
		ck_assert_uint_eq(ended_as(STATS_ANSWERED), (uint64_t)i * 3);
		ck_assert_uint_eq(counted(STAT_db_queries), (uint64_t)i * 6);
	}
	ck_assert_int_eq(taken(), 1);
	ck_assert_uint_eq(counted(STAT_worker_starts), 3);
}
END_TEST

START_TEST(a_slot_is_never_given_to_another_backend)
{
	struct child one = start("shop-1", answer_three), two;

	child_await(one);
	child_end(one, SIGKILL);
	two = start("shop-2", answer_three);
	child_await(two);
	child_end(two, SIGKILL);
	ck_assert_int_eq(taken(), 2);
	ck_assert_str_eq(st.area->slot[0].backend, "shop-1");
	ck_assert_str_eq(st.area->slot[1].backend, "shop-2");
	ck_assert_uint_eq(stats_ended(&st.area->slot[0]), 3);
	ck_assert_uint_eq(stats_ended(&st.area->slot[1]), 3);
}
END_TEST

START_TEST(live_processes_of_a_backend_have_a_slot_each)
{
	struct child c[8];

	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		c[i] = start("shop-1", do_nothing);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		child_await(c[i]);
	ck_assert_int_eq(taken(), 8);
	for (int i = 0; i < 8; i++)
		ck_assert(stats_held(&st, i));
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		child_end(c[i], SIGKILL);
	for (int i = 0; i < 8; i++)
		ck_assert(!stats_held(&st, i));
}
END_TEST

START_TEST(a_slot_that_all_have_is_refused_and_the_names_are_checked)
{
	struct stats more[STATS_SLOTS];

	ck_assert(!stats_claim(&st, "", &e));
	ck_assert_int_eq(e.kind, ERR_INPUT);
	err_clear(&e);
	ck_assert(!stats_claim(&st, "a\"b", &e));
	err_clear(&e);
	ck_assert(!stats_claim(&st, "a-name-that-is-longer-than-the-field", &e));
	err_clear(&e);
	for (int i = 0; i < STATS_SLOTS; i++) {
		ck_ok(stats_open(&more[i], path, &e), &e);
		ck_ok(stats_claim(&more[i], "shop", &e), &e);
	}
	ck_assert(!stats_claim(&st, "shop", &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	err_clear(&e);
	stats_close(&more[77]);
	ck_ok(stats_claim(&st, "shop", &e), &e);
	ck_assert_int_eq(st.slot, 77);
	for (int i = 0; i < STATS_SLOTS; i++)
		stats_close(&more[i]);
}
END_TEST

START_TEST(another_layout_is_another_file_and_a_foreign_file_is_refused)
{
	struct stats tool;
	char cmd[160];

	ck_assert(!stats_open_tool(&tool, "/nonexistent/stats", false, &e));
	ck_assert_int_eq(e.kind, ERR_NOT_FOUND);
	err_clear(&e);
	ck_ok(stats_open_tool(&tool, path, false, &e), &e);
	stats_add(&tool, STAT_db_queries, 1);
	ck_assert_uint_eq(counted(STAT_db_queries), 0);
	stats_close(&tool);
	st.area->layout++;
	ck_assert(!stats_open_tool(&tool, path, false, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	err_clear(&e);
	snprintf(cmd, sizeof(cmd), "for f in %s.*; do : > $f; done", path);
	ck_assert_int_eq(system(cmd), 0);
	ck_assert(!stats_open_tool(&tool, path, false, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
}
END_TEST

START_TEST(without_a_slot_nothing_is_counted_and_nothing_breaks)
{
	struct stats zero = {0};
	struct stats *const which[] = {NULL, &st, &zero};

	for (size_t i = 0; i < ARRAY_LEN(which); i++) {
		struct stats *s = which[i];

		stats_begin(s, ID, FAR, STATS_ROUTE_home);
		stats_route(s, STATS_ROUTE_home);
		stats_end(s, STATS_ANSWERED);
		stats_add(s, STAT_db_queries, 1);
		stats_error(s, ERR_BUG);
		ck_assert_uint_eq(stats_sweep(s), 0);
		ck_assert_uint_eq(stats_kill_stuck(s, 0), 0);
	}
	stats_close(&zero);
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
	ck_assert_uint_eq(begun(), 0);
}
END_TEST

START_TEST(the_private_area_counts)
{
	struct stats *s = stats_none();

	stats_begin(s, ID, FAR, STATS_ROUTE_home);
	stats_end(s, STATS_HANDLED);
	stats_error(s, ERR_BUG);
	ck_assert_uint_eq(shared_get(&s->area->slot[0].begun), 1);
	ck_assert_uint_eq(shared_get(&s->area->slot[0].count[STAT_err_BUG]), 1);
}
END_TEST

/* ---- the dead ---- */

START_TEST(a_killed_request_is_counted_once_as_crashed)
{
	struct child c = start("shop", begin_one);

	child_await(c);
	ck_assert_uint_eq(stats_sweep(&st), 0);
	child_end(c, SIGKILL);
	ck_assert_uint_eq(begun(), ended() + 1);
	ck_assert_uint_eq(stats_sweep(&st), 1);
	ck_assert_uint_eq(stats_sweep(&st), 0);
	ck_assert_uint_eq(ended_as(STATS_CRASHED), 1);
	ck_assert_uint_eq(shared_get(&st.area->slot[0].count[STAT_route_product_crashed]), 1);
	ck_assert_uint_eq(begun(), ended());
}
END_TEST

START_TEST(a_request_killed_past_its_deadline_is_counted_as_hung)
{
	struct child c = start("shop", begin_late);

	child_await(c);
	child_end(c, SIGABRT);
	ck_assert_uint_eq(stats_sweep(&st), 1);
	ck_assert_uint_eq(ended_as(STATS_HUNG), 1);
	ck_assert_uint_eq(ended_as(STATS_CRASHED), 0);
}
END_TEST

START_TEST(the_next_owner_settles_what_it_finds)
{
	struct child c = start("shop", begin_one);

	child_await(c);
	child_end(c, SIGKILL);
	ck_ok(stats_claim(&st, "shop", &e), &e);
	ck_assert_int_eq(st.slot, 0);
	ck_assert_uint_eq(ended_as(STATS_CRASHED), 1);
	ck_assert_uint_eq(begun(), ended());
}
END_TEST

START_TEST(the_log_line_of_a_death_names_the_request)
{
	char log[80], text[1000];
	struct child c = start("shop", begin_one);
	FILE *f;
	size_t n;

	child_await(c);
	child_end(c, SIGKILL);
	snprintf(log, sizeof(log), "%s/log", dir);
	ck_assert(log_open("test", log, LOG_ERROR));
	ck_assert_uint_eq(stats_sweep(&st), 1);
	f = fopen(log, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "req=" ID " event=crashed backend=shop slot=0"));
}
END_TEST

START_TEST(many_sweepers_count_each_death_once)
{
	enum { DEAD = 20, SWEEPERS = 6 };
	struct child c[DEAD];
	pid_t s[SWEEPERS];

	for (int i = 0; i < DEAD; i++)
		c[i] = start("shop", begin_one);
	for (int i = 0; i < DEAD; i++) {
		child_await(c[i]);
		child_end(c[i], SIGKILL);
	}
	for (int i = 0; i < SWEEPERS; i++) {
		s[i] = fork();
		if (s[i] == 0) {
			struct stats own;
			struct err ce = {0};

			if (!stats_open(&own, path, &ce))
				_exit(1);
			for (int k = 0; k < 50; k++)
				(void)stats_sweep(&own);
			_exit(0);
		}
	}
	for (int i = 0; i < SWEEPERS; i++)
		ck_assert_int_eq(waitpid(s[i], NULL, 0), s[i]);
	ck_assert_uint_eq(ended_as(STATS_CRASHED), DEAD);
	ck_assert_uint_eq(begun(), ended());
}
END_TEST

START_TEST(workers_killed_at_random_leave_begun_equal_to_the_sum_of_endings)
{
	enum { WORKERS = 4, KILLS = 60 };
	struct child c[WORKERS];
	uint64_t last = 0, now;
	unsigned seed = 7;

	for (int i = 0; i < WORKERS; i++)
		c[i] = start(i % 2 == 0 ? "shop-1" : "shop-2", serve_for_ever);
	for (int i = 0; i < KILLS; i++) {
		struct child *k = &c[i % WORKERS];

		clock_sleep_ns((uint64_t)(rand_r(&seed) % 3000) * 1000);
		child_end(*k, SIGKILL);
		if (i % 3 == 0)
			(void)stats_sweep(&st);
		now = ended();
		ck_assert_uint_ge(now, last); /* never backwards */
		last = now;
		*k = start(i % 2 == 0 ? "shop-1" : "shop-2", serve_for_ever);
	}
	for (int i = 0; i < WORKERS; i++)
		child_end(c[i], SIGKILL);
	(void)stats_sweep(&st);
	ck_assert_uint_eq(begun(), ended());
	ck_assert_uint_gt(begun(), KILLS);
	ck_assert_uint_le(ended_as(STATS_CRASHED), KILLS + WORKERS);
	ck_assert_uint_eq(ended_as(STATS_HUNG), 0);
	ck_assert_uint_ge(counted(STAT_db_queries) + KILLS + WORKERS, begun());
	ck_assert_int_le(taken(), WORKERS + 1); /* a sweep may have had the lock of the free slot */
}
END_TEST

/* valgrind 3.19 does not know the system call. */
static bool
can_kill(void)
{
	return syscall(SYS_pidfd_send_signal, -1, 0, NULL, 0) == 0 || errno != ENOSYS;
}

static void
rest_late(struct stats *own)
{
	begin_one(own);
	stats_end(own, STATS_ANSWERED);
	stats_due(own, clock_mono_ns() - 10 * CLOCK_S);
}

static void
rest_long(struct stats *own)
{
	begin_late(own);
	stats_end(own, STATS_ANSWERED);
	stats_due(own, FAR);
}

START_TEST(a_stopped_idle_process_is_reported_and_killed)
{
	struct child c = start("shop", rest_late), fine = start("shop", rest_long);
	struct stats_report r;
	struct arena a;

	child_await(c);
	child_await(fine);
	arena_init(&a, (size_t)16 << 20);
	stats_read(&st, &a, &r);
	ck_assert_uint_eq(r.backends[0].workers, 2);
	ck_assert_uint_eq(r.backends[0].alive, 1);
	ck_assert(!stats_is_well(&r));
	ck_assert_int_eq(kill(c.pid, SIGSTOP), 0);
	ck_assert_uint_eq(stats_kill_stuck(&st, 60 * CLOCK_S), 0);
	if (can_kill())
		ck_assert_uint_eq(stats_kill_stuck(&st, CLOCK_S), 1);
	else
		ck_assert_int_eq(kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(c.pid, NULL, 0), c.pid);
	close(c.ready);
	ck_assert_uint_eq(stats_sweep(&st), 0); /* no request was lost */
	ck_assert_int_eq(kill(fine.pid, 0), 0);
	child_end(fine, SIGKILL);
	arena_fini(&a);
}
END_TEST

START_TEST(a_stopped_process_past_its_deadline_is_killed_and_counted)
{
	struct child c = start("shop", begin_late), fine = start("shop", begin_one);
	int status;

	child_await(c);
	child_await(fine);
	ck_assert_int_eq(kill(c.pid, SIGSTOP), 0);
	ck_assert_uint_eq(stats_kill_stuck(&st, 60 * CLOCK_S), 0); /* still within its grace */
	if (can_kill())
		ck_assert_uint_eq(stats_kill_stuck(&st, CLOCK_S), 1);
	else
		ck_assert_int_eq(kill(c.pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(c.pid, &status, 0), c.pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(c.ready);
	ck_assert_uint_eq(stats_sweep(&st), 1);
	ck_assert_uint_eq(ended_as(STATS_HUNG), 1);
	ck_assert_int_eq(kill(fine.pid, 0), 0);
	child_end(fine, SIGKILL);
}
END_TEST

START_TEST(a_request_of_another_boot_is_crashed)
{
	struct child c = start("shop", begin_late);
	struct stats again;

	child_await(c);
	child_end(c, SIGKILL);
	st.area->boot[0] = st.area->boot[0] == 'x' ? 'y' : 'x';
	ck_ok(stats_open(&again, path, &e), &e);
	ck_assert_uint_eq(ended_as(STATS_CRASHED), 1);
	stats_close(&again);
}
END_TEST

/* ---- retired ---- */

static bool
retired(const struct stats_report *r, const char *backend)
{
	for (size_t i = 0; i < r->n_backends; i++)
		if (strcmp(r->backends[i].name, backend) == 0)
			return r->backends[i].retired;
	ck_abort_msg("no backend %s", backend);
}

START_TEST(a_backend_that_was_ended_on_purpose_is_not_missed_until_it_comes_again)
{
	struct child one = start("shop-1", do_nothing), two = start("shop-2", do_nothing);
	struct stats_report r;
	struct arena a;

	arena_init(&a, (size_t)16 << 20);
	child_await(one);
	child_await(two);
	stats_retire(&st, "shop-1"); /* a living one is not ended by a word */
	stats_read(&st, &a, &r);
	ck_assert(!retired(&r, "shop-1"));
	child_end(one, SIGKILL);
	stats_read(&st, &a, &r);
	ck_assert(!retired(&r, "shop-1"));
	stats_retire(&st, "shop-1");
	stats_read(&st, &a, &r);
	ck_assert(retired(&r, "shop-1") && !retired(&r, "shop-2"));
	one = start("shop-1", do_nothing);
	child_await(one);
	stats_read(&st, &a, &r);
	ck_assert(!retired(&r, "shop-1"));
	child_end(one, SIGKILL);
	child_end(two, SIGKILL);
	arena_fini(&a);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "stats", a_dead_slots_counts_stay_and_the_next_owner_of_its_backend_adds_to_them,
    a_slot_is_never_given_to_another_backend, live_processes_of_a_backend_have_a_slot_each,
    a_slot_that_all_have_is_refused_and_the_names_are_checked,
    another_layout_is_another_file_and_a_foreign_file_is_refused, without_a_slot_nothing_is_counted_and_nothing_breaks,
    the_private_area_counts, a_killed_request_is_counted_once_as_crashed,
    a_request_killed_past_its_deadline_is_counted_as_hung, the_next_owner_settles_what_it_finds,
    the_log_line_of_a_death_names_the_request, many_sweepers_count_each_death_once,
    workers_killed_at_random_leave_begun_equal_to_the_sum_of_endings, a_stopped_idle_process_is_reported_and_killed,
    a_stopped_process_past_its_deadline_is_killed_and_counted, a_request_of_another_boot_is_crashed,
    a_backend_that_was_ended_on_purpose_is_not_missed_until_it_comes_again)
