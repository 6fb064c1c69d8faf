/* Jobs of kontor-jobs that work on rows: the cache deletes of the outbox, and the pause. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cached.h"
#include "jobs/job.h"
#include "store/control_store.h"
#include "store/sql.h"

#define ROWS 40
#define WAITING "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'UPDATE shop_control SET%'"

static struct job_context job;

static void
prepare(const char *name)
{
	set_up(name);
	job = (struct job_context){.a = &arena, .conf = &conf};
	job.ctl = open_control();
	job.st = job.ctl->stats;
	job.db = services_db(&services, &arena, DB_JOBS);
}

/* A cache with a server that accepts connections and never answers beside the real one. */
static void
with_silent_server(bool repeats)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct cache_setup setup;
	struct err e = {0};

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/mute.sock", services.dir);
	unlink(at.sun_path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	conf.cache_socket.n = 2;
	conf.cache_socket.v = ARENA_ARRAY(&arena, struct str, 2);
	conf.cache_socket.v[0] = str_dup(&arena, str_z(at.sun_path));
	conf.cache_socket.v[1] = str_fmt(&arena, "%s/mc.sock", services.dir);
	setup = cache_setup(&conf, 1);
	setup.repeats = repeats;
	ck_ok(cache_open(&arena, &setup, job.ctl, &job.cache, &e), &e);
}

/* Returns how many rows of orders have all keys at the real server. */
static int
put_rows(void)
{
	struct memc *m = open_memc();
	char sql[200];
	int n = 0;

	services_sql(&services, "DELETE FROM outbox");
	for (int i = 0; i < ROWS; i++) {
		struct str id = str_fmt(&arena, "%064x", i);
		bool real = true;

		for (size_t k = 0; k < conf.site_languages.n; k++) {
			struct cache_key key = cache_key(job.cache, CACHE_order, conf.site_languages.v[k], id);
			struct memc_op op = {MEMC_GET, .key = str_n(key.text, key.n)};

			memc_place(m, &op, 1);
			real = real && op.server == 1;
		}
		n += real;
		snprintf(sql, sizeof(sql),
		    "INSERT INTO outbox (kind, subject, version, payload, due_at, created_at)"
		    " VALUES ('cache', 'order/%s', %d, '', 1, 1)", id.p, i);
		services_sql(&services, sql);
	}
	return n;
}

static void
run_deletes(void)
{
	struct err e = {0};

	ck_ok(job_cache_deletes(&job, &e), &e);
}

static long long
rows_where(const char *condition)
{
	return services_number(&services, str_fmt(&arena, "SELECT COUNT(*) FROM outbox WHERE %s", condition).p);
}

static void
all_due(void)
{
	services_sql(&services, "UPDATE outbox SET due_at = 1");
}

START_TEST(a_silent_server_delays_only_the_deletes_of_its_own_keys)
{
	uint64_t began_ns;
	int real;

	prepare("silent");
	with_silent_server(true);
	real = put_rows();
	ck_assert(real > 0 && real < ROWS);
	began_ns = clock_mono_ns();
	run_deletes();
	/* Five failures open the breaker; a time-out for each row would take 40 of them. */
	ck_assert_uint_lt(clock_mono_ns() - began_ns, 30 * (uint64_t)conf.cache_timeout_ms * CLOCK_MS);
	ck_assert(breaker_is_open(job.ctl, BREAKER_CACHE));
	ck_assert(!breaker_is_open(job.ctl, BREAKER_CACHE + 1));
	ck_assert_int_eq(rows_where("TRUE"), ROWS - real);
	ck_assert_int_eq(rows_where("due_at <= UNIX_TIMESTAMP() - 600"), 0);
	services_sql(&services, "UPDATE outbox SET due_at = UNIX_TIMESTAMP() + 1000");
	run_deletes(); /* none is due */
	ck_assert_int_eq(rows_where("due_at > UNIX_TIMESTAMP() + 900"), ROWS - real);
}
END_TEST

START_TEST(marks_at_a_silent_server_leave_time_for_the_others)
{
	enum { KEYS = 20 };
	struct cache_key keys[KEYS];

	prepare("marks");
	with_silent_server(false);
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = item_of(job.cache, str_fmt(&arena, "marks %zu", i).p).key;
	for (int i = 0; i < 8; i++)
		ck_assert(!cache_forget(job.cache, &arena, keys, KEYS));
	ck_assert(breaker_is_open(job.ctl, BREAKER_CACHE));
	ck_assert(!breaker_is_open(job.ctl, BREAKER_CACHE + 1));
}
END_TEST

START_TEST(deletes_are_done_within_two_seconds_of_the_servers_return)
{
	struct cache_setup setup;
	struct err e = {0};

	prepare("return");
	setup = cache_setup(&conf, 1);
	setup.repeats = true;
	ck_ok(cache_open(&arena, &setup, job.ctl, &job.cache, &e), &e);
	put_rows();
	services_do(&services, "mc-stop");
	for (int i = 0; i < 3; i++) {
		run_deletes();
		ck_assert_int_eq(rows_where("TRUE"), ROWS);
		all_due();
	}
	services_do(&services, "mc-cont");
	run_deletes(); /* without the probe the breaker stays open */
	ck_assert_int_eq(rows_where("TRUE"), ROWS);
	all_due();
	cache_probe(job.cache);
	run_deletes();
	ck_assert_int_eq(rows_where("TRUE"), 0);
}
END_TEST

static long long
paused(void)
{
	return services_number(&services, "SELECT paused FROM shop_control WHERE id = 1");
}

/* The share lock of an order that is being placed. */
static struct db *
begin_order(void)
{
	struct db *order = services_db(&services, &arena, DB_WEB);
	struct err e = {0};
	struct shop_control now;

	services_sql(&services, "UPDATE shop_control SET paused = 0");
	ck_ok(db_begin(order, &e) && shop_control_may_place(order, &arena, &now, &e), &e);
	return order;
}

static bool
run_job(struct err *e)
{
	job.db = services_db(&services, &arena, DB_JOBS);
	return job_pause(&job, e);
}

static bool
close_loss(struct err *e)
{
	uint64_t identity;

	return shop_control_close_loss(services_db(&services, &arena, DB_MIGRATE), &arena, &identity, e);
}

/* Starts it in a process of its own, which is then the `nth` to wait for the row. */
static pid_t
start_behind(bool (*work)(struct err *), int nth)
{
	struct err e = {0};
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(work(&e) ? 0 : 1);
	for (uint64_t until_ns = clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S;
	     services_number(&services, WAITING) < nth;) {
		ck_assert_uint_lt(clock_mono_ns(), until_ns);
		clock_sleep_ns(20 * CLOCK_MS);
	}
	return pid;
}

static void
end_well(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}

/* Runs the job while an order is being placed; `resume` ends the host's pause meanwhile. */
static void
pause_behind_an_order(bool resume)
{
	struct db *order = begin_order();
	struct err e = {0};
	pid_t pid = start_behind(run_job, 1);

	if (resume)
		control_pause(job.ctl, false, false);
	ck_ok(db_commit(order, &e), &e);
	end_well(pid);
}

START_TEST(a_pause_that_was_taken_back_is_not_written)
{
	prepare("pause");
	control_pause(job.ctl, true, true);
	pause_behind_an_order(true);
	ck_assert_int_eq(paused(), 0);
	control_pause(job.ctl, true, true);
	pause_behind_an_order(false);
	ck_assert_int_eq(paused(), SHOP_PAUSED);
	ck_assert(!control_paused(job.ctl));
}
END_TEST

START_TEST(an_older_database_is_not_paused_again_by_what_was_read_before_its_loss_was_closed)
{
	struct err e = {0};
	struct db *order;
	pid_t closes, pauses;

	prepare("older");
	control_set_older(job.ctl, (uint64_t)services_number(&services, "SELECT identity FROM shop_control"));
	order = begin_order();
	closes = start_behind(close_loss, 1);
	pauses = start_behind(run_job, 2);
	ck_ok(db_commit(order, &e), &e);
	end_well(closes);
	end_well(pauses);
	ck_assert_int_eq(paused(), 0);
	control_set_older(job.ctl, (uint64_t)services_number(&services, "SELECT identity FROM shop_control"));
	ck_ok(run_job(&e), &e);
	ck_assert_int_eq(paused(), SHOP_OLDER);
}
END_TEST

START_TEST(every_host_knows_that_the_database_is_older)
{
	struct err e = {0};
	uint64_t identity;

	prepare("others");
	identity = (uint64_t)services_number(&services, "SELECT identity FROM shop_control");
	services_sql(&services, "UPDATE shop_control SET paused = 4"); /* by another host */
	ck_assert(!control_older(job.ctl, identity));
	ck_ok(run_job(&e), &e);
	ck_assert(control_older(job.ctl, identity));
	ck_ok(close_loss(&e), &e);
	ck_ok(run_job(&e), &e);
	ck_assert(!control_older(job.ctl, control_identity(job.ctl)));
	ck_assert_int_eq(paused(), 0);
}
END_TEST

INTEG_MAIN("job_rows", false, a_silent_server_delays_only_the_deletes_of_its_own_keys,
    marks_at_a_silent_server_leave_time_for_the_others,
    deletes_are_done_within_two_seconds_of_the_servers_return, a_pause_that_was_taken_back_is_not_written,
    an_older_database_is_not_paused_again_by_what_was_read_before_its_loss_was_closed,
    every_host_knows_that_the_database_is_older)
