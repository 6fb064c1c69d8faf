/* An upgrade that adds counters, and the way back: totals are kept, also while old and new workers overlap. The other
 * release is the program stats_more, which has three counters more before all others. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "child.h"
#include "plat/stats/stats_area.h"
#include "plat/stats/stats_report.h"

#define ID "0123456789abcdef0123456789abcdef"

static char dir[] = "/tmp/kontor-upgrade-XXXXXX";
static char path[64], program[512];
static struct arena a;
static struct err e;

static void
setup(void)
{
	const char *build = getenv("top_builddir");

	snprintf(program, sizeof(program), "%s/tests/unit/stats_more", build == NULL ? "." : build);
	snprintf(dir, sizeof(dir), "/tmp/kontor-upgrade-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/stats", dir);
	arena_init(&a, (size_t)64 << 20);
	ck_assert(log_open("test", "/dev/null", LOG_ERROR));
}

static void
teardown(void)
{
	char cmd[80];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
	arena_fini(&a);
}

/* A worker of this release. */
static void
serve(const char *backend, int n)
{
	struct stats st;

	ck_ok(stats_open(&st, path, &e) && stats_claim(&st, backend, &e), &e);
	for (int i = 0; i < n; i++) {
		stats_begin(&st, ID, CLOCK_NEVER, STATS_ROUTE_home);
		stats_add(&st, STAT_db_queries, 1);
		stats_end(&st, STATS_ANSWERED);
	}
	stats_close(&st);
}

/* One of the other; what it reads. */
static const char *
serve_other(const char *backend, int n)
{
	static char text[1 << 16];
	char cmd[700];
	size_t got;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "%s %s %s %d", program, path, backend, n);
	f = popen(cmd, "r");
	ck_assert_ptr_nonnull(f);
	got = fread(text, 1, sizeof(text) - 1, f);
	text[got] = '\0';
	ck_assert_int_eq(pclose(f), 0);
	return text;
}

static struct stats_report
reading(void)
{
	struct stats_report r;
	struct stats st;

	ck_ok(stats_open_tool(&st, path, false, &e), &e);
	stats_read(&st, &a, &r);
	stats_close(&st);
	return r;
}

START_TEST(totals_are_kept_when_counters_are_added_and_the_other_way_round)
{
	struct stats_report r;
	const char *text;

	serve("shop", 10);
	text = serve_other("shop", 5);
	ck_assert_msg(strstr(text, "\n\"begun\":15,") != NULL, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "\"db_queries\":15,"));
	ck_assert_ptr_nonnull(strstr(text, "\"more_second\":5,"));
	ck_assert_ptr_nonnull(strstr(text, "\"difference\":0}"));
	serve("shop", 2);
	r = reading();
	ck_assert_uint_eq(r.all->begun, 17);
	ck_assert_uint_eq(r.all->ended[STATS_ANSWERED], 17);
	ck_assert_uint_eq(r.all->count[STAT_db_queries], 17);
	ck_assert_uint_eq(r.all->times[STATS_ROUTE_home].bucket[0], 17);
	ck_assert_uint_eq(r.n_backends, 1);
	ck_assert_uint_eq(r.n_workers, 1); /* the dead one's counts go on in the same row */
	ck_assert_int_eq(stats_measure(&r).difference, 0);
	ck_assert_ptr_nonnull(strstr(serve_other("shop", 1), "\n\"begun\":18,"));
}
END_TEST

START_TEST(a_tool_reads_the_other_release_before_a_worker_of_its_own_has_run)
{
	struct stats_report r;

	(void)serve_other("shop", 4);
	r = reading();
	ck_assert_uint_eq(r.all->begun, 4);
	ck_assert_uint_eq(r.all->count[STAT_db_queries], 4);
	ck_assert_uint_eq(r.n_workers, 1);
}
END_TEST

START_TEST(workers_of_both_are_seen_and_the_dead_of_the_other_are_counted)
{
	int fds[2];
	char byte;
	pid_t pid;
	struct stats st;
	struct stats_report r;

	serve("shop", 3);
	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		execl(program, program, path, "shop", "4", "begin", (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	r = reading();
	ck_assert_uint_eq(r.all->begun, 8);
	ck_assert_uint_eq(r.n_workers, 2);
	ck_assert_uint_eq(r.backends[0].alive, 1);
	ck_assert_int_eq(r.workers[1].pid, (int)pid);
	ck_assert_int_ge(r.workers[1].slot, STATS_SLOTS);
	ck_assert_int_eq(stats_measure(&r).difference, 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_ok(stats_open(&st, path, &e), &e);
	ck_assert_uint_eq(stats_sweep(&st), 1);
	ck_assert_uint_eq(stats_sweep(&st), 0);
	stats_close(&st);
	r = reading();
	ck_assert_uint_eq(r.all->ended[STATS_CRASHED], 1);
	ck_assert_uint_eq(r.all->begun, 8);
	ck_assert_uint_eq(r.n_workers, 1);
	ck_assert_int_eq(stats_measure(&r).difference, 0);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(a_file_that_only_looks_like_one_is_left_out)
{
	char name[96];
	FILE *f;

	serve("shop", 3);
	snprintf(name, sizeof(name), "%s.0123456789abcdef", path);
	f = fopen(name, "w");
	for (int i = 0; i < 1000; i++)
		fprintf(f, "nothing of ours ");
	fclose(f);
	ck_assert_uint_eq(reading().all->begun, 3);
}
END_TEST

START_TEST(a_fifo_or_folder_of_that_name_holds_nobody_up)
{
	char name[96];

	serve("shop", 3);
	snprintf(name, sizeof(name), "%s.0123456789abcdef", path);
	ck_assert_int_eq(mkfifo(name, 0600), 0);
	snprintf(name, sizeof(name), "%s.fedcba9876543210", path);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	ck_assert_uint_eq(reading().all->begun, 3);
}
END_TEST

START_TEST(counters_that_are_emptied_are_joined_again)
{
	static struct stats one, two;
	char cmd[200];

	ck_ok(stats_join(&one, path, STATS_WORKER, "shop", &e) && stats_join(&two, path, STATS_WORKER, "shop", &e), &e);
	snprintf(cmd, sizeof(cmd), "for f in %s.*; do : >$f; done", path);
	ck_assert_int_eq(system(cmd), 0);
	ck_assert(!stats_sound(&one, &e));
	err_clear(&e);
	ck_ok(stats_join(&one, path, STATS_WORKER, "shop", &e) && stats_join(&two, path, STATS_WORKER, "shop", &e), &e);
	ck_assert_uint_eq(reading().backends[0].alive, 2);
	stats_close(&one);
	stats_close(&two);
}
END_TEST

START_TEST(a_file_whose_head_lies_is_left_out)
{
	struct stats_area *area;
	struct stats st;
	char cmd[200];

	serve("shop", 3);
	snprintf(cmd, sizeof(cmd), "cp %s.* %s.0123456789abcdef", path, path);
	ck_assert_int_eq(system(cmd), 0);
	snprintf(cmd, sizeof(cmd), "%s.0123456789abcdef", path);
	ck_ok(shared_open(&st.file, cmd, O_RDWR, sizeof(struct stats_area), &e), &e);
	area = st.file.area;
	ck_assert_uint_eq(reading().all->begun, 6);
	area->n_counts = 1 << 19;
	ck_assert_uint_eq(reading().all->begun, 3);
	area->n_counts = 1;
	area->slot_b = UINT64_MAX / 2;
	ck_assert_uint_eq(reading().all->begun, 3);
	area->slot_b = sizeof(struct stats_slot);
	area->count_from = (uint64_t)0 - (1 << 22); /* sums that come out small since they overflow */
	area->n_counts = 1 << 19;
	ck_assert_uint_eq(reading().all->begun, 3);
	shared_close(&st.file);
}
END_TEST

/* Each number of the head in turn, and two at a time. */
START_TEST(no_head_of_a_file_crashes_who_reads_sweeps_or_ends_workers)
{
	static const uint64_t lies[] = {0, 1, 4, 8, 63, 4096, 1 << 20, (uint64_t)1 << 32, UINT64_MAX / 256,
	    UINT64_MAX / 8, (uint64_t)1 << 63, UINT64_MAX - (1 << 22), UINT64_MAX - 4095, UINT64_MAX - 7, UINT64_MAX};
	struct stats st, own;
	struct stats_area *area;
	char text[200];
	uint64_t *word;

	serve("shop", 3);
	snprintf(text, sizeof(text), "cp %s.* %s.0123456789abcdef", path, path);
	ck_assert_int_eq(system(text), 0);
	snprintf(text, sizeof(text), "%s.0123456789abcdef", path);
	ck_ok(shared_open(&st.file, text, O_RDWR, sizeof(struct stats_area), &e), &e);
	ck_ok(stats_open(&own, path, &e), &e);
	area = st.file.area;
	area->slot[0].begun += 1; /* there is something to sweep */
	memset(area->slot[0].backend, 'x', sizeof(area->slot[0].backend));
	memset(area->slot[0].id, 'x', sizeof(area->slot[0].id));
	word = &area->slot_from;
	for (size_t i = 0; i < 6 * ARRAY_LEN(lies) * 6 * ARRAY_LEN(lies); i++) {
		size_t first = i % (6 * ARRAY_LEN(lies)), second = i / (6 * ARRAY_LEN(lies));
		uint64_t saved[6];

		memcpy(saved, word, sizeof(saved));
		word[first % 6] = lies[first / 6];
		word[second % 6] = lies[second / 6];
		if (i % 16 == 0)
			(void)reading();
		(void)stats_sweep(&own);
		(void)stats_kill_stuck(&own, 0);
		memcpy(word, saved, sizeof(saved));
		arena_reset(&a);
	}
	shared_close(&st.file);
	stats_close(&own);
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "stats_upgrade", totals_are_kept_when_counters_are_added_and_the_other_way_round,
    a_tool_reads_the_other_release_before_a_worker_of_its_own_has_run,
    workers_of_both_are_seen_and_the_dead_of_the_other_are_counted, a_file_that_only_looks_like_one_is_left_out,
    a_fifo_or_folder_of_that_name_holds_nobody_up, counters_that_are_emptied_are_joined_again,
    a_file_whose_head_lies_is_left_out, no_head_of_a_file_crashes_who_reads_sweeps_or_ends_workers)
