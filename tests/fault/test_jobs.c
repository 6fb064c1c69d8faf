/* kontor-jobs as a program: it counts dead workers, kills stuck ones, and stops on a signal. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "base/clock.h"
#include "plat/stats/stats_report.h"

#define ID "0123456789abcdef0123456789abcdef"

static char dir[] = "/tmp/kontor-jobs-XXXXXX";
static char conf[64], area[64], logfile[64];
static struct stats st;
static struct err e;
static struct arena a;

static void
setup(void)
{
	FILE *f;

	arena_init(&a, 64 << 20);
	snprintf(dir, sizeof(dir), "/tmp/kontor-jobs-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf, sizeof(conf), "%s/kontor.conf", dir);
	snprintf(area, sizeof(area), "%s/stats", dir);
	snprintf(logfile, sizeof(logfile), "%s/log", dir);
	f = fopen(conf, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f,
	    "[paths]\nstats_file = %s\n[log]\nfile = %s\napache_failures_file = %s-apache\n"
	    "lighttpd_failures_file = %s-lighttpd\n[web]\ngrace_ms = 100\n[db]\nsocket = %s/none\n",
	    area, logfile, logfile, logfile, dir);
	fclose(f);
	ck_assert_msg(stats_open(&st, area, &e), "%s", e.msg);
}

static void
teardown(void)
{
	char cmd[80];

	stats_close(&st);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
	arena_fini(&a);
}

static pid_t
start_jobs(void)
{
	const char *build = getenv("top_builddir");
	char program[512];
	pid_t pid;

	snprintf(program, sizeof(program), "%s/kontor-jobs", build == NULL ? "." : build);
	pid = fork();
	if (pid == 0) {
		execl(program, program, "--config", conf, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Simulates a worker with a request in progress whose deadline is `left_ns` from now. */
static pid_t
start_worker(int64_t left_ns)
{
	int fds[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		struct stats own;

		close(st.file.fd);
		if (!stats_open(&own, area, &e) || !stats_claim(&own, "shop", &e))
			_exit(1);
		stats_begin(&own, ID, (uint64_t)((int64_t)clock_mono_ns() + left_ns), STATS_ROUTE_checkout);
		if (write(fds[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	close(fds[1]);
	return pid;
}

static uint64_t
ended_as(enum stats_end how)
{
	struct arena_mark m = arena_mark(&a);
	struct stats_report r;
	uint64_t n;

	stats_read(&st, &a, &r);
	n = r.all->ended[how];
	arena_rewind(&a, m);
	return n;
}

static bool
await(enum stats_end how, uint64_t n)
{
	uint64_t until_ns = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S;

	while (clock_mono_ns() < until_ns) {
		if (ended_as(how) == n)
			return true;
		clock_sleep_ns(20 * CLOCK_MS);
	}
	return false;
}

static int
end_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
stop_cleanly(pid_t jobs)
{
	int status;

	ck_assert_int_eq(kill(jobs, SIGTERM), 0);
	status = end_of(jobs);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}

START_TEST(a_killed_workers_request_is_counted_by_jobs)
{
	pid_t jobs = start_jobs(), worker = start_worker(60 * (int64_t)CLOCK_S);

	ck_assert_int_eq(kill(worker, SIGKILL), 0);
	(void)end_of(worker);
	ck_assert(await(STATS_CRASHED, 1));
	stop_cleanly(jobs);
}
END_TEST

START_TEST(a_stopped_worker_past_its_deadline_is_ended_and_counted)
{
	pid_t jobs = start_jobs(), worker = start_worker(200 * (int64_t)CLOCK_MS);
	int status;

	ck_assert_int_eq(kill(worker, SIGSTOP), 0);
	status = end_of(worker);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert(await(STATS_HUNG, 1));
	stop_cleanly(jobs);
}
END_TEST

START_TEST(three_of_them_count_each_death_once)
{
	enum { JOBS = 3, WORKERS = 10 };
	pid_t jobs[JOBS], workers[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		workers[i] = start_worker(60 * (int64_t)CLOCK_S);
	for (int i = 0; i < WORKERS; i++) {
		ck_assert_int_eq(kill(workers[i], SIGKILL), 0);
		(void)end_of(workers[i]);
	}
	for (int i = 0; i < JOBS; i++)
		jobs[i] = start_jobs();
	ck_assert(await(STATS_CRASHED, WORKERS));
	clock_sleep_ns(1500 * CLOCK_MS); /* another round of each */
	ck_assert_uint_eq(ended_as(STATS_CRASHED), WORKERS);
	for (int i = 0; i < JOBS; i++)
		stop_cleanly(jobs[i]);
}
END_TEST

static void
append(const char *suffix, const char *text)
{
	char name[80];
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", logfile, suffix);
	f = fopen(name, "a");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* Waits for the count, then for one more run. */
static void
await_failures(uint64_t n)
{
	uint64_t until_ns = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S, seen = 0, runs = 0;

	while (clock_mono_ns() < until_ns) {
		struct arena_mark m = arena_mark(&a);
		struct stats_report r;

		stats_read(&st, &a, &r);
		seen = r.all->count[STAT_web_failures];
		if (seen == n && runs == 0)
			runs = r.all->count[STAT_job_failures_runs] + 2;
		if (seen == n && r.all->count[STAT_job_failures_runs] >= runs)
			return;
		arena_rewind(&a, m);
		clock_sleep_ns(20 * CLOCK_MS);
	}
	ck_abort_msg("%llu pages counted, not %llu", (unsigned long long)seen, (unsigned long long)n);
}

START_TEST(each_page_of_a_web_server_is_counted_once)
{
	char old[80], new[80];
	pid_t jobs[2];

	append("-apache", "127.0.0.1 1764400000 GET 503 number=before\n");
	for (int i = 0; i < 2; i++)
		jobs[i] = start_jobs();
	await_failures(0); /* of a log from before */
	append("-apache", "127.0.0.1 1764460000 GET 503 number=aSuCYH8AAAEAAB2lFZMAAAAA\n"
			  "127.0.0.1 1764460000 GET 404 number=aSuCYH8AAAEAAB2lFZMAAAAB\n127.0.0.1 1764460000 GET 50");
	append("-lighttpd", "127.0.0.1 GET 413 number=1764460000-1\n127.0.0.1 HEAD 500 number=1764460000-503\n");
	await_failures(2);
	append("-apache", "4 number=aSuCYH8AAAEAAB2lFZMAAAAC\n"); /* the end of the last line */
	await_failures(3);
	append("-apache", "127.0.0.1 1764460000 GET 503 number=-\n");
	snprintf(old, sizeof(old), "%s-apache", logfile);
	snprintf(new, sizeof(new), "%s-apache.1", logfile);
	ck_assert_int_eq(rename(old, new), 0);
	append("-apache", "127.0.0.1 1764460000 POST 502 number=-\n");
	await_failures(5);
	snprintf(old, sizeof(old), "%s-lighttpd", logfile);
	ck_assert_int_eq(truncate(old, 0), 0);
	append("-lighttpd", "127.0.0.1 GET 504 number=1764460000-2\n");
	await_failures(6);
	for (int i = 0; i < 2; i++)
		stop_cleanly(jobs[i]);
	jobs[0] = start_jobs();
	await_failures(6);
	stop_cleanly(jobs[0]);
}
END_TEST

START_TEST(it_waits_before_it_gives_up_for_its_configuration)
{
	uint64_t began_ns = clock_mono_ns();
	FILE *f = fopen(conf, "a");
	int status;

	ck_assert_ptr_nonnull(f);
	fputs("[nosuch]\nx = 1\n", f);
	fclose(f);
	status = end_of(start_jobs());
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 78);
	ck_assert_uint_gt(clock_mono_ns() - began_ns, 4 * CLOCK_S); /* no crash loop under a supervisor */
}
END_TEST

UNIT_MAIN_WITH(setup, teardown, "jobs", a_killed_workers_request_is_counted_by_jobs,
    a_stopped_worker_past_its_deadline_is_ended_and_counted, three_of_them_count_each_death_once,
    each_page_of_a_web_server_is_counted_once, it_waits_before_it_gives_up_for_its_configuration)
