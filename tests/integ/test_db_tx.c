#include <mysqld_error.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db_table.h"

static bool
lock(struct db *db, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(db, LOCK);
	struct db_rows rows;

	q_u64(q, id);
	return db_get(q, &arena, &rows, e);
}

struct body {
	int runs;
	bool swallow;
	uint64_t id;
	int go[2], went[2];
};

/* Writes once per key, and reports if it was done before. */
static bool
once(struct db *db, void *arg, struct err *e)
{
	struct body *b = arg;
	struct err dup = {0};

	b->runs++;
	if (!put(db, b->id, 1, &dup)) {
		if (dup.code == ER_DUP_ENTRY)
			return true;
		if (b->swallow)
			return true;
		*e = dup;
		return false;
	}
	return add(db, 1, 1, NULL, e);
}

START_TEST(a_transaction_is_run_again_after_each_error_that_allows_it)
{
	static const int codes[] = {
	    ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT, ER_CHECKREAD, DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER};
	struct db *db = open_db();
	struct err e = {0};
	uint64_t id = 100;

	ck_ok(put(db, 1, 0, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		for (unsigned n = 1; n <= 4; n++) { /* BEGIN, INSERT, UPDATE, COMMIT */
			struct body b = {.id = ++id};

			if (n == 1 && codes[i] > 0)
				continue; /* BEGIN fails with none of these */
			db_fault(db, n, codes[i]);
			ck_assert_msg(db_tx(db, once, &b, &e), "code %d at %u: %s", codes[i], n, e.msg);
			ck_assert_int_eq(b.runs, n == 1 ? 1 : 2);
			ck_assert_int_eq(number_of(db, NUMBER, 1), (int64_t)(id - 100 - (uint64_t)(i < 3 ? i + 1 : 3)));
		}
	}
}
END_TEST

/* A node cut off from its cluster, a server without writes, shutting down, killing: lost at each exchange. */
START_TEST(a_server_that_is_unfit_means_lost_and_the_transaction_runs_again_elsewhere)
{
	static const int codes[] = {ER_UNKNOWN_COM_ERROR, ER_SERVER_SHUTDOWN, ER_ERROR_DURING_COMMIT,
	    ER_OPTION_PREVENTS_STATEMENT, ER_QUERY_INTERRUPTED, ER_READ_ONLY_MODE, ER_INNODB_READ_ONLY,
	    ER_CONNECTION_KILLED, 3100};
	struct db *db = open_db();
	struct err e = {0};
	uint64_t id = 100;
	int64_t sum = 0;

	ck_ok(put(db, 1, 0, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		for (unsigned n = 1; n <= 4; n++) { /* BEGIN, INSERT, UPDATE, COMMIT */
			struct body b = {.id = ++id};

			db_fault(db, n, codes[i]);
			ck_assert_msg(db_tx(db, once, &b, &e), "code %d at %u: %s", codes[i], n, e.msg);
			ck_assert_int_eq(number_of(db, NUMBER, 1), ++sum);
		}
		db_fault(db, 1, codes[i]);
		ck_assert(!put(db, 1, 1, &e));
		ck_assert_msg(e.kind == ERR_UPSTREAM, "code %d: %s", codes[i], e.msg);
		err_clear(&e);
	}
}
END_TEST

START_TEST(a_commit_with_an_unknown_outcome_runs_again_whatever_the_error)
{
	static const int codes[] = {ER_STATEMENT_TIMEOUT, ER_DISK_FULL, ER_UNKNOWN_ERROR, ER_GET_ERRNO};
	struct db *db = open_db();
	struct err e = {0};

	ck_ok(put(db, 1, 0, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct body b = {.id = 10 + i};

		db_fault(db, 4, codes[i]);
		ck_assert_msg(db_tx(db, once, &b, &e), "code %d: %s", codes[i], e.msg);
		ck_assert_int_eq(b.runs, 2);
	}
}
END_TEST

START_TEST(a_body_that_overlooks_a_deadlock_is_not_committed)
{
	struct db *db = open_db();
	struct err e = {0};
	struct body b = {.id = 7, .swallow = true};

	ck_ok(put(db, 1, 0, &e), &e);
	db_fault(db, 2, ER_LOCK_DEADLOCK);
	ck_ok(db_tx(db, once, &b, &e), &e);
	ck_assert_int_eq(b.runs, 2);
	ck_assert_int_eq(number_of(db, NUMBER, 7), 1);
}
END_TEST

static bool
always_dead(struct db *db, void *arg, struct err *e)
{
	struct body *b = arg;

	b->runs++;
	db_fault(db, 1, ER_LOCK_DEADLOCK);
	return put(db, 1, 1, e);
}

START_TEST(retries_end_after_the_third)
{
	struct db *db = open_db();
	struct err e = {0};
	struct body b = {0};

	ck_assert(!db_tx(db, always_dead, &b, &e));
	ck_assert_int_eq(e.kind, ERR_BUSY);
	ck_assert_int_eq(b.runs, 4);
	ck_assert(!db_in_tx(db));
}
END_TEST

/* Locks its own row, waits until the other process has locked the other row, then asks for that one. */
static bool
cross(struct db *db, void *arg, struct err *e)
{
	struct body *b = arg;
	uint64_t other = 3 - b->id;
	char c = 'x';

	if (!lock(db, b->id, e))
		return false;
	if (b->runs++ == 0) {
		ck_assert_int_eq(write(b->go[1], &c, 1), 1);
		ck_assert_int_eq(read(b->went[0], &c, 1), 1);
	}
	return lock(db, other, e) && add(db, other, 1, NULL, e);
}

START_TEST(a_real_deadlock_ends_with_both_done)
{
	struct db *db = open_db();
	struct err e = {0};
	struct body b = {.id = 1}, c = {.id = 2};
	int status;
	pid_t pid;

	ck_ok(put(db, 1, 0, &e), &e);
	ck_ok(put(db, 2, 0, &e), &e);
	ck_assert_int_eq(pipe(b.go), 0);
	ck_assert_int_eq(pipe(c.go), 0);
	b.went[0] = c.go[0];
	c.went[0] = b.go[0];
	pid = fork();
	if (pid == 0) {
		struct db *mine = open_with(stmts, T__MAX);
		bool ok = db_tx(mine, cross, &c, &e);

		_exit(!ok ? 100 : c.runs);
	}
	ck_ok(db_tx(db, cross, &b, &e), &e);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(b.runs + WEXITSTATUS(status), 3);
	ck_assert_int_eq(number_of(db, NUMBER, 1) + number_of(db, NUMBER, 2), 2);
}
END_TEST

START_TEST(a_server_killed_again_and_again_loses_and_doubles_nothing)
{
	struct db *db = open_db();
	struct err e = {0};
	uint64_t id = 1, failures = 0;
	int status;
	pid_t pid;

	ck_ok(put(db, 1, 0, &e), &e);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 4; i++) {
			clock_sleep_ns((100 + 37 * (uint64_t)i) * CLOCK_MS);
			services_do(&services, "db-kill");
			services_do(&services, "db-start");
		}
		_exit(0);
	}
	do {
		struct body b = {.id = ++id};

		db_deadline(db, clock_mono_ns() + 2 * CLOCK_S);
		while (!db_tx(db, once, &b, &e)) {
			ck_assert_int_eq(e.kind, ERR_UPSTREAM);
			failures++;
			err_clear(&e);
			clock_sleep_ns(20 * CLOCK_MS);
			db_deadline(db, clock_mono_ns() + 2 * CLOCK_S);
		}
	} while (waitpid(pid, &status, WNOHANG) == 0);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_gt(failures, 0);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM t"), (int64_t)id);
	ck_assert_int_eq(number_of(db, NUMBER, 1), (int64_t)id - 1);
}
END_TEST

START_TEST(an_open_transaction_does_not_outlive_its_unit_of_work)
{
	struct db *db = open_db();
	struct err e = {0};

	ck_ok(db_begin(db, &e), &e);
	ck_ok(put(db, 1, 1, &e), &e);
	ck_assert(!db_begin(db, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
	db_rest(db);
	ck_assert(!db_in_tx(db));
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM t"), 0);
}
END_TEST

INTEG_MAIN("db_tx", false, a_transaction_is_run_again_after_each_error_that_allows_it,
    a_server_that_is_unfit_means_lost_and_the_transaction_runs_again_elsewhere,
    a_commit_with_an_unknown_outcome_runs_again_whatever_the_error,
    a_body_that_overlooks_a_deadlock_is_not_committed, retries_end_after_the_third,
    a_real_deadlock_ends_with_both_done, a_server_killed_again_and_again_loses_and_doubles_nothing,
    an_open_transaction_does_not_outlive_its_unit_of_work)
