/* The rows of the outbox: claims, leases, back-off and ends. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "integ.h"
#include "store/outbox_admin.h"
#include "store/sql.h"
#include "work/outbox_run.h"

#define LEASE_S 120
#define MAX_SEEN 300

static struct arena arena;
static struct db *db;
static struct outbox_run run;

/* What deliver() was given, and how it answers: by the first letter of the payload. */
static struct {
	char subject[MAX_SEEN][40];
	size_t n;
} seen;

static bool
deliver(void *ctx, const struct outbox_item *x, struct outbox_result *r, struct err *e)
{
	static const enum outbox_end ends[] = {['d'] = OUTBOX_DONE, ['a'] = OUTBOX_AGAIN, ['n'] = OUTBOX_NEVER,
	    ['x'] = OUTBOX_DROP, ['l'] = OUTBOX_LATER, ['h'] = OUTBOX_HALT};

	(void)ctx;
	ck_assert(!db_in_tx(db));
	ck_assert_uint_lt(seen.n, MAX_SEEN);
	str_copy(seen.subject[seen.n++], sizeof(seen.subject[0]), x->subject);
	if (*x->payload.p == 'f') {
		ck_assert(db_begin(db, e));
		return err_set(e, ERR_BUG, "cannot be rendered");
	}
	r->end = ends[(unsigned char)*x->payload.p];
	r->wait_s = *x->payload.p == 'l' ? 777 : 0;
	str_copy(r->why, sizeof(r->why), STR("said \xff\n so"));
	return true;
}

static void
begin(void)
{
	arena_init(&arena, (size_t)64 << 20);
	db = services_db(&services, &arena, DB_JOBS);
	services_sql(&services, "DELETE FROM outbox");
	seen.n = 0;
	run = (struct outbox_run){.db = db, .a = &arena, .kind = "mail", .deliver = deliver, .lease_s = LEASE_S,
	    .until_ns = CLOCK_NEVER};
}

static void
put(const char *kind, const char *subject, const char *payload)
{
	struct outbox_row row = {
	    .kind = str_z(kind), .subject = str_z(subject), .payload = str_z(payload), .version = 1, .now_s = 1000};
	struct err e = {0};

	ck_ok(outbox_put(db, &row, &e), &e);
}

static void
run_all(void)
{
	struct err e = {0};
	bool more;

	seen.n = 0;
	ck_ok(outbox_run(&run, &more, &e), &e);
	ck_assert(!more);
}

static long long
rows_where(const char *condition)
{
	return services_number(&services, str_fmt(&arena, "SELECT COUNT(*) FROM outbox WHERE %s", condition).p);
}

START_TEST(no_row_stops_the_next_and_each_ends_as_it_was_answered)
{
	static const char *const answer[] = {"f", "a", "n", "x", "l", "d", "d"};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(answer); i++)
		put("mail", str_fmt(&arena, "row/%zu", i).p, answer[i]);
	put("hook", "row/other", "d");
	run_all();
	ck_assert_uint_eq(seen.n, ARRAY_LEN(answer));
	ck_assert_str_eq(seen.subject[0], "row/0");
	ck_assert_str_eq(seen.subject[6], "row/6");
	ck_assert_int_eq(rows_where("state = 1 AND payload = 'd' AND done_at >= UNIX_TIMESTAMP() - 60"), 2);
	ck_assert_int_eq(rows_where("state = 2 AND payload = 'n' AND why = 'said ?? so'"), 1);
	ck_assert_int_eq(rows_where("state = 3 AND payload = 'x'"), 1);
	ck_assert_int_eq(rows_where("state = 0 AND payload = 'a' AND attempts = 1 AND done_at = 0"
				    " AND due_at BETWEEN UNIX_TIMESTAMP() + 40 AND UNIX_TIMESTAMP() + 75"), 1);
	ck_assert_int_eq(rows_where("state = 0 AND payload = 'f' AND attempts = 1 AND why = 'cannot be rendered'"), 1);
	ck_assert_int_eq(rows_where("state = 0 AND payload = 'l' AND attempts = 0"
				    " AND due_at BETWEEN UNIX_TIMESTAMP() + 700 AND UNIX_TIMESTAMP() + 777"), 1);
	ck_assert_int_eq(rows_where("lease_by <> 0 OR lease_until <> 0"), 0);
	ck_assert_int_eq(rows_where("kind = 'hook' AND state = 0 AND attempts = 0"), 1);
	run_all();
	ck_assert_uint_eq(seen.n, 0);
}
END_TEST

START_TEST(a_row_backs_off_for_three_days_and_is_dead_then)
{
	static const long long least_s[] = {45, 225, 675, 2700, 2700}, most_s[] = {75, 375, 1125, 4500, 4500};
	long long waited = 0;

	begin();
	put("mail", "row/1", "a");
	for (int i = 0; i < OUTBOX_ATTEMPTS_MAX; i++) {
		long long wait;

		ck_assert_int_eq(rows_where("state = 0"), 1);
		services_sql(&services, "UPDATE outbox SET due_at = UNIX_TIMESTAMP()");
		run_all();
		ck_assert_uint_eq(seen.n, 1);
		wait = services_number(&services, "SELECT due_at - UNIX_TIMESTAMP() FROM outbox");
		if (i < (int)ARRAY_LEN(least_s))
			ck_assert_msg(wait >= least_s[i] - 2 && wait <= most_s[i], "attempt %d: %lld s", i + 1, wait);
		waited += wait;
	}
	ck_assert_int_eq(rows_where("state = 2 AND attempts = 75"), 1);
	ck_assert_msg(waited > 60 * 3600 && waited < 84 * 3600, "%lld s", waited);
}
END_TEST

START_TEST(rows_that_failed_together_do_not_come_back_together)
{
	begin();
	for (int i = 0; i < 100; i++)
		put("mail", str_fmt(&arena, "row/%d", i).p, "a");
	run_all();
	ck_assert_int_gt(services_number(&services, "SELECT COUNT(DISTINCT due_at) FROM outbox"), 10);
}
END_TEST

START_TEST(a_lease_keeps_the_row_and_its_end_counts_only_while_it_lasts)
{
	struct outbox_result done = {.end = OUTBOX_DONE}, never = {.end = OUTBOX_NEVER};
	struct outbox_item first, second;
	struct err e = {0};
	bool found, kept;

	begin();
	put("mail", "row/1", "d");
	ck_ok(outbox_claim(db, &arena, STR("mail"), LEASE_S, &first, &found, &e), &e);
	ck_assert(found);
	ck_assert_int_eq(rows_where("lease_until BETWEEN UNIX_TIMESTAMP() + 100 AND UNIX_TIMESTAMP() + 120"), 1);
	ck_ok(outbox_claim(db, &arena, STR("mail"), LEASE_S, &second, &found, &e), &e);
	ck_assert(!found);
	services_sql(&services, "UPDATE outbox SET due_at = UNIX_TIMESTAMP(), lease_until = due_at"); /* time passes */
	ck_ok(outbox_claim(db, &arena, STR("mail"), LEASE_S, &second, &found, &e), &e);
	ck_assert(found);
	ck_assert_uint_eq(second.attempts, 2);
	ck_ok(outbox_finish(db, &first, &never, &kept, &e), &e);
	ck_assert(!kept);
	ck_assert_int_eq(rows_where("state = 0 AND lease_by <> 0"), 1);
	ck_ok(outbox_finish(db, &second, &done, &kept, &e), &e);
	ck_assert(kept);
	ck_assert_int_eq(rows_where("state = 1"), 1);
}
END_TEST

/* The row would otherwise kill one process after another, and never be seen. */
START_TEST(a_row_that_ends_each_process_waits_longer_each_time_and_is_dead_in_the_end)
{
	struct outbox_item x;
	struct err e = {0};
	bool found;

	begin();
	put("mail", "row/1", "d");
	services_sql(&services, "UPDATE outbox SET attempts = 3");
	ck_ok(outbox_claim(db, &arena, STR("mail"), LEASE_S, &x, &found, &e), &e);
	ck_assert(found);
	ck_assert_int_eq(rows_where("lease_until >= UNIX_TIMESTAMP() + 600"), 1);
	services_sql(&services, "UPDATE outbox SET attempts = 75, due_at = 1, lease_until = 1");
	run_all();
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_int_eq(rows_where("state = 2 AND why LIKE '%process%'"), 1);
}
END_TEST

START_TEST(a_wrong_configuration_stops_its_kind_for_a_minute_and_costs_no_attempt)
{
	begin();
	put("mail", "row/1", "h");
	put("mail", "row/2", "d");
	run_all();
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_eq(
	    rows_where("state = 0 AND attempts = 0 AND payload = 'h' AND due_at > UNIX_TIMESTAMP() + 50"), 1);
	run_all();
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_uint_gt(run.halted_ns, clock_mono_ns() + 50 * CLOCK_S);
	run.halted_ns = clock_mono_ns();
	run_all();
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_eq(rows_where("state = 1 AND payload = 'd'"), 1);
}
END_TEST

START_TEST(a_row_is_delivered_between_its_hold_and_its_use)
{
	struct outbox_row row = {.kind = STR("mail"), .payload = STR("d"), .version = 1, .now_s = 1000};
	int64_t now_s = services_number(&services, "SELECT UNIX_TIMESTAMP()");
	struct err e = {0};

	begin();
	row.subject = STR("late/1");
	row.use_by_s = now_s - 10;
	ck_ok(outbox_put(db, &row, &e), &e);
	row.subject = STR("held/1");
	row.use_by_s = now_s + 1000;
	row.hold_until_s = now_s + 500;
	ck_ok(outbox_put(db, &row, &e), &e);
	row.subject = STR("good/1");
	row.hold_until_s = 0;
	ck_ok(outbox_put(db, &row, &e), &e);
	run_all();
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_str_eq(seen.subject[0], "good/1");
	ck_assert_int_eq(rows_where("state = 3 AND subject = 'late/1' AND why LIKE 'too late%'"), 1);
	ck_assert_int_eq(rows_where("state = 0 AND subject = 'held/1' AND due_at = hold_until"), 1);
}
END_TEST

START_TEST(a_run_ends_in_time_and_says_that_there_is_more)
{
	struct err e = {0};
	bool more;

	begin();
	put("mail", "row/1", "d");
	run.until_ns = clock_mono_ns();
	ck_ok(outbox_run(&run, &more, &e), &e);
	ck_assert(more);
	ck_assert_uint_eq(seen.n, 0);
}
END_TEST

static bool
deliver_to_file(void *ctx, const struct outbox_item *x, struct outbox_result *r, struct err *e)
{
	const int *fd = ctx;
	char line[64];
	int n = snprintf(line, sizeof(line), "%.*s\n", STR_ARG(x->subject));

	r->end = OUTBOX_DONE;
	return write(*fd, line, (size_t)n) == n || err_set(e, ERR_UPSTREAM, "the file cannot be written");
}

START_TEST(three_processes_at_once_deliver_each_row_once)
{
	enum { PROCESSES = 3, ROWS = 200 };
	const char *path;
	pid_t pid[PROCESSES];
	char text[ROWS * 16];
	struct err e = {0};
	ssize_t n;
	int fd;

	begin();
	path = str_fmt(&arena, "%s/delivered", services.dir).p;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	ck_assert_int_ge(fd, 0);
	for (int i = 0; i < ROWS; i++)
		put("mail", str_fmt(&arena, "row/%03d", i).p, "d");
	for (int i = 0; i < PROCESSES; i++) {
		bool more;

		pid[i] = fork();
		if (pid[i] != 0)
			continue;
		run.db = services_db(&services, &arena, DB_JOBS);
		run.deliver = deliver_to_file;
		run.ctx = &fd;
		_exit(outbox_run(&run, &more, &e) ? 0 : 1);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(rows_where("state = 1 AND attempts = 1"), ROWS);
	n = pread(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_eq(n, ROWS * (ssize_t)strlen("row/000\n"));
	text[n] = '\0';
	for (int i = 0; i < ROWS; i++)
		ck_assert_ptr_nonnull(strstr(text, str_fmt(&arena, "row/%03d\n", i).p));
	close(fd);
}
END_TEST

START_TEST(rows_are_counted_by_kind)
{
	struct outbox_counts all;
	struct err e = {0};

	begin();
	services_sql(&services,
	    "INSERT INTO outbox (kind, subject, version, payload, state, due_at, created_at, hold_until) VALUES"
	    " ('mail', 'a', 1, '', 0, 1, UNIX_TIMESTAMP() - 500, 0), ('mail', 'b', 1, '', 2, 1, 1, 0),"
	    " ('mail', 'c', 1, '', 1, 1, 1, 0), ('mail', 'held', 1, '', 0, 1, 1, UNIX_TIMESTAMP() + 900),"
	    " ('mail', 'replayed', 1, '', 0, 1, 1, UNIX_TIMESTAMP() - 5), ('hook/1', 'd', 1, '', 0, 1, 1, 0),"
	    " ('hook/2', 'e', 1, '', 0, 1, 1, 0)");
	ck_ok(outbox_count(db, &arena, &all, &e), &e);
	ck_assert_uint_eq(all.n, 2);
	for (size_t i = 0; i < all.n; i++) {
		bool mail = str_eq_z(all.v[i].kind, "mail");

		ck_assert(mail || str_eq_z(all.v[i].kind, "hook"));
		ck_assert_uint_eq(all.v[i].waiting, mail ? 3 : 2);
		ck_assert_uint_eq(all.v[i].dead, mail ? 1 : 0);
		ck_assert(!mail || (all.v[i].oldest_s >= 500 && all.v[i].oldest_s < 900));
	}
}
END_TEST

START_TEST(rows_that_ended_long_ago_are_pruned_in_batches)
{
	struct err e = {0};
	bool more;

	begin();
	services_sql(&services,
	    "INSERT INTO outbox (kind, subject, version, payload, state, due_at, done_at, created_at)"
	    " SELECT 'mail', CONCAT('old/', seq), 1, '', 1, UNIX_TIMESTAMP() - 91 * 86400, 0, 1 FROM seq_1_to_25"
	    " UNION ALL SELECT 'hook/3', CONCAT('new/', seq), 1, '', 3, UNIX_TIMESTAMP() - 89 * 86400, 0, 1"
	    " FROM seq_1_to_3 UNION ALL SELECT 'mail', CONCAT('dead/', seq), 1, '', 2, 1, 1, 1 FROM seq_1_to_2"
	    " UNION ALL SELECT 'mail', CONCAT('waits/', seq), 1, '', 0, 1, 0, 1 FROM seq_1_to_2");
	services_sql(&services, "UPDATE outbox SET done_at = due_at WHERE state IN (1, 3)");
	ck_ok(outbox_prune(db, &arena, 20, &more, &e), &e);
	ck_assert(more);
	ck_assert_int_eq(rows_where("subject LIKE 'old/%'"), 5);
	ck_ok(outbox_prune(db, &arena, 20, &more, &e), &e);
	ck_assert(!more);
	ck_assert_int_eq(rows_where("subject LIKE 'old/%'"), 0);
	ck_assert_int_eq(rows_where("TRUE"), 7);
}
END_TEST

INTEG_MAIN("outbox", false, no_row_stops_the_next_and_each_ends_as_it_was_answered,
    a_row_backs_off_for_three_days_and_is_dead_then, rows_that_failed_together_do_not_come_back_together,
    a_lease_keeps_the_row_and_its_end_counts_only_while_it_lasts,
    a_row_that_ends_each_process_waits_longer_each_time_and_is_dead_in_the_end,
    a_wrong_configuration_stops_its_kind_for_a_minute_and_costs_no_attempt,
    a_row_is_delivered_between_its_hold_and_its_use, a_run_ends_in_time_and_says_that_there_is_more,
    three_processes_at_once_deliver_each_row_once, rows_are_counted_by_kind,
    rows_that_ended_long_ago_are_pruned_in_batches)
