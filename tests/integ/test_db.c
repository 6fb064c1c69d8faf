#include <mysqld_error.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/stats/stats.h"
#include "store/sql.h"

/* A table of the test's own: the module is tested apart from the shop's statements. */
enum { PUT, GET, NUMBER, ALL, ADD, SERIES, SLOW, TYPES, LOCK, MODE, KILL, T__MAX };
static const struct db_stmt stmts[T__MAX] = {
    [PUT] = {"PUT", DB_TOOL, "uis?b", "", "INSERT INTO t (id, n, s, b) VALUES (?, ?, ?, ?)"},
    [GET] = {"GET", DB_TOOL, "u", "uis?b", "SELECT id, n, s, b FROM t WHERE id = ?"},
    [NUMBER] = {"NUMBER", DB_TOOL, "u", "i", "SELECT n FROM t WHERE id = ?"},
    [ALL] = {"ALL", DB_TOOL, "", "uis?b", "SELECT id, n, s, b FROM t ORDER BY id"},
    [ADD] = {"ADD", DB_TOOL, "iui", "", "UPDATE t SET n = n + ? WHERE id = ? AND n + ? >= -1"},
    [SERIES] = {"SERIES", DB_TOOL, "", "u", "SELECT seq FROM seq_1_to_20000"},
    [SLOW] = {"SLOW", DB_TOOL, "i", "i?", "SELECT SLEEP(?)"},
    [TYPES] = {"TYPES", DB_TOOL, "i?u?s?b?", "i?u?s?b?",
	"SELECT CAST(? AS SIGNED), CAST(? AS UNSIGNED), CAST(? AS CHAR(200)), CAST(? AS BINARY(4))"},
    [LOCK] = {"LOCK", DB_TOOL, "u", "i", "SELECT n FROM t WHERE id = ? FOR UPDATE"},
    [MODE] = {"MODE", DB_TOOL, "", "s?s?s?u?",
	"SELECT @@sql_mode, @@time_zone, @@tx_isolation, @@innodb_lock_wait_timeout"},
    [KILL] = {"KILL", DB_TOOL, "", "i?", "SELECT CONNECTION_ID()"},
};

/* What a limit of 300 ms may take on a machine that is busy; without the limit the tests wait 20 s. */
#define PATIENCE_MS 2500

static struct arena arena;
static struct conf conf;
static struct stats *stats; /* NULL: no breaker */

static void
make_table(void)
{
	services_sql(&services,
	    "CREATE OR REPLACE TABLE t (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, n BIGINT NOT NULL,"
	    " s TEXT CHARACTER SET utf8mb4 NULL, b VARBINARY(100) NOT NULL, CHECK (n >= 0)) ENGINE=InnoDB");
}

static struct db *
open_with(const struct db_stmt *table, size_t n)
{
	struct db_setup setup = {.conf = &conf, .stats = stats, .role = DB_TOOL, .stmts = table, .n_stmts = n};
	struct err e = {0};
	struct db *db;

	if (conf.file == NULL) {
		arena_init(&arena, (size_t)64 << 20);
		services_conf(&services, &arena, &conf);
	}
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	return db;
}

static struct db *
open_db(void)
{
	make_table();
	return open_with(stmts, T__MAX);
}

static bool
put(struct db *db, uint64_t id, int64_t n, struct err *e)
{
	struct db_query *q = db_query(db, PUT);

	q_u64(q, id);
	q_i64(q, n);
	q_str(q, STR("Tee \xe8\x8c\xb6"));
	q_bytes(q, STR("\0\xff"));
	return db_run(q, NULL, e);
}

START_TEST(every_statement_fits_the_schema_for_every_role)
{
	static const enum db_role roles[] = {DB_WEB, DB_JOBS, DB_TOOL};

	arena_init(&arena, (size_t)64 << 20);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		ck_assert_ptr_nonnull(services_db(&services, &arena, roles[i]));
}
END_TEST

START_TEST(rows_come_back_as_they_were_put)
{
	struct db *db = open_db();
	struct err e = {0};
	struct db_rows rows;

	ck_ok(put(db, UINT64_MAX, INT64_MAX, &e), &e);
	ck_ok(put(db, 1, 0, &e), &e);
	ck_ok(db_select(db_query(db, ALL), &arena, &rows, &e), &e);
	ck_assert_uint_eq(rows.n, 2);
	ck_assert(db_next(&rows));
	ck_assert_uint_eq(c_u64(&rows), 1);
	ck_assert(db_next(&rows));
	ck_assert_uint_eq(c_u64(&rows), UINT64_MAX);
	ck_assert_int_eq(c_i64(&rows), INT64_MAX);
	ck_str(c_str(&rows), "Tee \xe8\x8c\xb6");
	ck_assert(str_eq(c_bytes(&rows), STR("\0\xff")));
	ck_assert(!db_next(&rows));
	ck_assert(!db_next(&rows));
}
END_TEST

START_TEST(null_goes_in_and_out_only_where_the_table_says_so)
{
	struct db *db = open_db();
	struct db_query *q = db_query(db, TYPES);
	struct err e = {0};
	struct db_rows rows;

	for (int i = 0; i < 4; i++)
		q_null(q);
	ck_ok(db_get(q, &arena, &rows, &e), &e);
	for (int i = 0; i < 4; i++)
		ck_assert(c_is_null(&rows));
	q = db_query(db, TYPES);
	q_i64(q, INT64_MIN);
	q_u64(q, UINT64_MAX);
	q_str(q, STR(""));
	q_bytes(q, STR("\0\1\2\3"));
	ck_ok(db_get(q, &arena, &rows, &e), &e);
	ck_assert(!c_is_null(&rows));
	ck_assert_int_eq(c_i64(&rows), INT64_MIN);
	ck_assert_uint_eq(c_u64(&rows), UINT64_MAX);
	ck_assert(!c_is_null(&rows));
	ck_assert_uint_eq(c_str(&rows).n, 0);
	ck_assert(str_eq(c_bytes(&rows), STR("\0\1\2\3")));
	q = db_query(db, GET);
	q_null(q);
	ck_assert(!db_get(q, &arena, &rows, &e));
	ck_assert_int_eq(e.kind, ERR_BUG);
}
END_TEST

START_TEST(a_transaction_that_fails_leaves_nothing)
{
	struct db *db = open_db();
	struct err e = {0};

	ck_ok(put(db, 1, 5, &e), &e);
	ck_ok(db_begin(db, &e), &e);
	ck_assert(put(db, 2, 5, &e));
	ck_assert(!put(db, 1, 5, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	ck_assert_int_eq(e.code, 1062);
	db_rollback(db);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM t"), 1);
	ck_assert_int_eq(number_of(db, NUMBER, 1), 5);
}
END_TEST


static bool
add(struct db *db, uint64_t id, int64_t by, uint64_t *found, struct err *e)
{
	struct db_query *q = db_query(db, ADD);

	q_i64(q, by);
	q_u64(q, id);
	q_i64(q, by);
	return db_run(q, found, e);
}

static bool
lock(struct db *db, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(db, LOCK);
	struct db_rows rows;

	q_u64(q, id);
	return db_get(q, &arena, &rows, e);
}

static bool
slow(struct db *db, int64_t s, struct err *e)
{
	struct db_query *q = db_query(db, SLOW);
	struct db_rows rows;

	q_i64(q, s);
	return db_get(q, &arena, &rows, e);
}

static uint64_t
ms_since(uint64_t began_ns)
{
	return (clock_mono_ns() - began_ns) / CLOCK_MS;
}

START_TEST(a_change_tells_how_many_rows_it_found)
{
	struct db *db = open_db();
	struct err e = {0};
	uint64_t found = 9;

	ck_ok(put(db, 1, 5, &e), &e);
	ck_ok(add(db, 1, 0, &found, &e), &e);
	ck_assert_uint_eq(found, 1); /* found, though nothing changed */
	ck_ok(add(db, 2, 1, &found, &e), &e);
	ck_assert_uint_eq(found, 0);
	ck_assert(!add(db, 1, -6, &found, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	ck_assert_int_eq(e.code, ER_CONSTRAINT_FAILED);
}
END_TEST

START_TEST(selects_may_be_nested_in_the_loop_over_another)
{
	struct db *db = open_db();
	struct err e = {0};
	struct db_rows rows;
	int n = 0;

	for (uint64_t id = 1; id <= 3; id++)
		ck_ok(put(db, id, (int64_t)id * 10, &e), &e);
	ck_ok(db_select(db_query(db, ALL), &arena, &rows, &e), &e);
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);

		ck_assert_int_eq(number_of(db, NUMBER, id), (int64_t)id * 10);
		ck_assert_int_eq(c_i64(&rows), (int64_t)id * 10);
		n++;
	}
	ck_assert_int_eq(n, 3);
}
END_TEST

START_TEST(long_texts_come_whole)
{
	struct db *db = open_db();
	struct db_query *q = db_query(db, TYPES);
	struct str s = {.p = arena_alloc(&arena, 150), .n = 150};
	struct err e = {0};
	struct db_rows rows;

	memset((char *)(uintptr_t)s.p, 'x', s.n);
	for (int i = 0; i < 2; i++)
		q_null(q);
	q_str(q, s);
	q_null(q);
	ck_ok(db_get(q, &arena, &rows, &e), &e);
	ck_assert(c_is_null(&rows) && c_is_null(&rows) && !c_is_null(&rows));
	ck_assert(str_eq(c_str(&rows), s));
}
END_TEST

START_TEST(a_result_past_the_limits_is_an_error_and_the_connection_lives)
{
	struct db *db = open_db();
	struct err e = {0};
	struct db_rows rows;

	ck_assert(!db_select(db_query(db, SERIES), &arena, &rows, &e));
	ck_assert_int_eq(e.kind, ERR_LIMIT);
	err_clear(&e);
	ck_ok(put(db, 1, 1, &e), &e);
	ck_assert_int_eq(number_of(db, NUMBER, 1), 1);
	db_limits(db, 20000, (size_t)1 << 20);
	ck_ok(db_select(db_query(db, SERIES), &arena, &rows, &e), &e);
	ck_assert_uint_eq(rows.n, 20000);
}
END_TEST

START_TEST(the_session_is_strict_utc_and_read_committed)
{
	struct db *db = open_db();
	struct err e = {0};
	struct db_rows rows;

	ck_ok(db_get(db_query(db, MODE), &arena, &rows, &e), &e);
	ck_assert(!c_is_null(&rows));
	ck_assert(str_find(c_str(&rows), STR("STRICT_ALL_TABLES")) >= 0);
	ck_assert(!c_is_null(&rows));
	ck_str(c_str(&rows), "+00:00");
	ck_assert(!c_is_null(&rows));
	ck_str(c_str(&rows), "READ-COMMITTED");
	ck_assert(!c_is_null(&rows));
	ck_assert_uint_eq(c_u64(&rows), 2);
}
END_TEST

static const struct {
	struct db_stmt stmt;
	const char *says;
} drifts[] = {
    {{"TOO_FEW", DB_TOOL, "", "u", "SELECT id FROM t WHERE id = ?"}, "TOO_FEW has 1 parameters"},
    {{"TOO_MANY", DB_TOOL, "u", "uu", "SELECT id FROM t WHERE id = ?"}, "TOO_MANY has 1 columns"},
    {{"SIGN", DB_TOOL, "", "i", "SELECT id FROM t"}, "SIGN: column 1 (id) is BIGINT UNSIGNED NOT NULL"},
    {{"KIND", DB_TOOL, "", "us", "SELECT id, n FROM t"}, "KIND: column 2 (n) is BIGINT NOT NULL"},
    {{"MAY_BE_NULL", DB_TOOL, "", "s", "SELECT s FROM t"}, "MAY_BE_NULL: column 1 (s) is TEXT NULL"},
    {{"BYTES", DB_TOOL, "", "s", "SELECT b FROM t"}, "BYTES: column 1 (b) is CHAR (bytes) NOT NULL"},
    {{"DECIMAL", DB_TOOL, "", "i?", "SELECT SUM(n) FROM t"}, "DECIMAL: column 1 (SUM(n)) is DECIMAL"},
    {{"OUTER", DB_TOOL, "", "i", "SELECT x.n FROM t LEFT JOIN t x ON x.id = t.id + 1"}, "OUTER: column 1 (n)"},
    {{"GONE", DB_TOOL, "", "i", "SELECT gone FROM t"}, "GONE does not fit the schema: 1054"},
    {{"NOWHERE", DB_TOOL, "", "i", "SELECT 1 FROM nowhere"}, "NOWHERE does not fit the schema: 1146"},
};

START_TEST(a_statement_that_does_not_fit_is_named)
{
	make_table();
	for (size_t i = 0; i < ARRAY_LEN(drifts); i++) {
		struct db *db = open_with(&drifts[i].stmt, 1);
		struct err e = {0};

		ck_assert_msg(!db_connect(db, &e), "%s", drifts[i].stmt.name);
		ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		ck_assert_msg(strstr(e.msg, drifts[i].says) != NULL, "'%s' lacks '%s'", e.msg, drifts[i].says);
	}
}
END_TEST

START_TEST(an_unfit_database_is_tried_again_a_second_later)
{
	static const struct db_stmt later = {"LATER", DB_TOOL, "", "i", "SELECT n FROM later"};
	struct db *db = open_with(&later, 1);
	struct err e = {0};
	uint64_t began_ns = clock_mono_ns();

	services_sql(&services, "DROP TABLE IF EXISTS later");
	ck_assert(!db_connect(db, &e));
	services_sql(&services, "CREATE TABLE later (n INT NOT NULL)");
	err_clear(&e);
	ck_assert(!db_connect(db, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "LATER"));
	while (!db_connect(db, &e) && ms_since(began_ns) < 5000) {
		err_clear(&e);
		clock_sleep_ns(20 * CLOCK_MS);
	}
	ck_ok(db_connect(db, &e), &e);
	ck_assert_uint_ge(ms_since(began_ns), 900);
}
END_TEST

START_TEST(a_slow_statement_ends_at_the_deadline)
{
	struct db *db = open_db();
	struct err e = {0};
	uint64_t began_ns = clock_mono_ns();

	db_deadline(db, began_ns + 300 * CLOCK_MS);
	ck_assert(!slow(db, 20, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	ck_assert_uint_lt(ms_since(began_ns), PATIENCE_MS);
	err_clear(&e);
	ck_assert(!put(db, 1, 1, &e)); /* the request's time is used up */
	db_deadline(db, CLOCK_NEVER);
	err_clear(&e);
	ck_ok(put(db, 1, 1, &e), &e);
}
END_TEST

START_TEST(the_server_itself_ends_a_slow_statement_of_the_storefront)
{
	static const struct db_stmt sleepy = {"SLEEPY", DB_WEB, "", "i?", "SELECT SLEEP(20)"};
	struct db_setup setup = {.conf = &conf, .role = DB_WEB, .stmts = &sleepy, .n_stmts = 1};
	uint64_t began_ns = clock_mono_ns();
	struct err e = {0};
	struct db_rows rows;
	struct db *db = open_db();

	conf.db_statement_ms = 300;
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	ck_assert(!db_get(db_query(db, 0), &arena, &rows, &e));
	ck_assert_msg(e.kind == ERR_UPSTREAM, "%s", e.msg);
	ck_assert_int_eq(e.code, ER_STATEMENT_TIMEOUT);
	ck_assert_uint_lt(ms_since(began_ns), PATIENCE_MS);
}
END_TEST

START_TEST(a_stopped_server_holds_nobody_past_the_deadline)
{
	struct db *db = open_db(), *fresh = open_with(stmts, T__MAX);
	struct err e = {0};
	uint64_t began_ns;

	ck_ok(db_begin(db, &e), &e);
	ck_ok(put(db, 1, 1, &e), &e);
	services_do(&services, "db-stop");
	began_ns = clock_mono_ns();
	db_deadline(db, began_ns + 300 * CLOCK_MS);
	ck_assert(!put(db, 2, 1, &e));
	db_rollback(db);
	ck_assert_uint_lt(ms_since(began_ns), PATIENCE_MS);
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	err_clear(&e);
	began_ns = clock_mono_ns();
	db_deadline(fresh, began_ns + 300 * CLOCK_MS);
	ck_assert(!put(fresh, 2, 1, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	ck_assert_uint_lt(ms_since(began_ns), PATIENCE_MS);
	services_do(&services, "db-cont");
	db_deadline(fresh, CLOCK_NEVER);
	db_deadline(db, CLOCK_NEVER);
	err_clear(&e);
	ck_ok(put(fresh, 3, 1, &e), &e);
	ck_ok(put(db, 4, 1, &e), &e);
	ck_assert_int_eq(services_number(&services, "SELECT COUNT(*) FROM t WHERE id < 3"), 0);
}
END_TEST

START_TEST(a_killed_server_is_an_error_at_once_and_is_found_again)
{
	struct db *db = open_db();
	struct err e = {0};
	uint64_t began_ns;

	ck_ok(put(db, 1, 1, &e), &e);
	services_do(&services, "db-kill");
	began_ns = clock_mono_ns();
	db_deadline(db, began_ns + 2 * CLOCK_S);
	ck_assert(!put(db, 2, 1, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	ck_assert_uint_lt(ms_since(began_ns), PATIENCE_MS);
	services_do(&services, "db-start");
	db_deadline(db, clock_mono_ns() + 5 * CLOCK_S);
	err_clear(&e);
	ck_ok(put(db, 3, 1, &e), &e);
	ck_assert_int_eq(number_of(db, NUMBER, 1), 1);
}
END_TEST

START_TEST(a_connection_that_died_while_idle_costs_nobody_an_error)
{
	struct db *db = open_db();
	struct err e = {0};
	struct db_rows rows;

	for (int i = 0; i < 3; i++) {
		ck_ok(db_get(db_query(db, KILL), &arena, &rows, &e), &e);
		ck_assert(!c_is_null(&rows));
		services_sql(&services, str_fmt(&arena, "KILL %lld", (long long)c_i64(&rows)).p);
		clock_sleep_ns(50 * CLOCK_MS);
		db_deadline(db, CLOCK_NEVER);
		if (i == 0) {
			ck_ok(put(db, 1, 1, &e), &e);
		} else if (i == 1) {
			ck_assert_int_eq(number_of(db, NUMBER, 1), 1);
		} else {
			ck_ok(db_begin(db, &e), &e);
			db_rollback(db);
		}
	}
}
END_TEST

START_TEST(the_breaker_spares_callers_the_wait)
{
	struct err e = {0};
	uint64_t began_ns = clock_mono_ns();
	bool back = false;
	struct db *db;

	stats = stats_none();
	db = open_db();
	ck_ok(put(db, 1, 1, &e), &e);
	services_do(&services, "db-stop");
	for (int i = 0; i < 5; i++) {
		err_clear(&e);
		db_deadline(db, clock_mono_ns() + 100 * CLOCK_MS);
		ck_assert(!put(db, 2, 1, &e));
	}
	began_ns = clock_mono_ns();
	err_clear(&e);
	db_deadline(db, began_ns + 10 * CLOCK_S);
	ck_assert(!put(db, 2, 1, &e));
	ck_assert_uint_lt(ms_since(began_ns), PATIENCE_MS);
	services_do(&services, "db-cont");
	began_ns = clock_mono_ns();
	while (!back && ms_since(began_ns) < 5000) {
		err_clear(&e);
		db_deadline(db, clock_mono_ns() + CLOCK_S);
		back = put(db, 3, 1, &e);
		clock_sleep_ns(20 * CLOCK_MS);
	}
	ck_assert_msg(back, "%s", e.msg);
}
END_TEST

struct body {
	int runs;
	bool swallow;
	uint64_t id;
	int go[2], went[2];
};

/* Writes once, by its key; done already: says so. */
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
				continue; /* the server gives none of these to BEGIN */
			db_fault(db, n, codes[i]);
			ck_assert_msg(db_tx(db, once, &b, &e), "code %d at %u: %s", codes[i], n, e.msg);
			ck_assert_int_eq(b.runs, n == 1 ? 1 : 2);
			ck_assert_int_eq(number_of(db, NUMBER, 1), (int64_t)(id - 100 - (uint64_t)(i < 3 ? i + 1 : 3)));
		}
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

/* Locks its own row, waits until the other has his, then wants the other's. */
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

START_TEST(a_snapshot_sees_one_moment_and_cannot_write)
{
	struct db *db = open_db();
	struct err e = {0};

	ck_ok(put(db, 1, 1, &e), &e);
	ck_ok(db_snapshot(db, &e), &e);
	services_sql(&services, "UPDATE t SET n = 2");
	ck_assert_int_eq(number_of(db, NUMBER, 1), 1);
	ck_assert(!put(db, 2, 1, &e));
	db_rollback(db);
	ck_assert_int_eq(number_of(db, NUMBER, 1), 2);
}
END_TEST

INTEG_MAIN("db", false, every_statement_fits_the_schema_for_every_role, rows_come_back_as_they_were_put,
    null_goes_in_and_out_only_where_the_table_says_so, a_transaction_that_fails_leaves_nothing,
    a_change_tells_how_many_rows_it_found, selects_may_be_nested_in_the_loop_over_another, long_texts_come_whole,
    a_result_past_the_limits_is_an_error_and_the_connection_lives, the_session_is_strict_utc_and_read_committed,
    a_statement_that_does_not_fit_is_named, an_unfit_database_is_tried_again_a_second_later,
    a_slow_statement_ends_at_the_deadline, the_server_itself_ends_a_slow_statement_of_the_storefront,
    a_stopped_server_holds_nobody_past_the_deadline, a_killed_server_is_an_error_at_once_and_is_found_again,
    a_connection_that_died_while_idle_costs_nobody_an_error, the_breaker_spares_callers_the_wait,
    a_transaction_is_run_again_after_each_error_that_allows_it, a_body_that_overlooks_a_deadlock_is_not_committed,
    retries_end_after_the_third, a_real_deadlock_ends_with_both_done,
    a_server_killed_again_and_again_loses_and_doubles_nothing, an_open_transaction_does_not_outlive_its_unit_of_work,
    a_snapshot_sees_one_moment_and_cannot_write)
