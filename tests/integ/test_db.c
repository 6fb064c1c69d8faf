#include <mysqld_error.h>
#include <string.h>

#include "db_table.h"
#include "plat/db/db_code.h"

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
slow(struct db *db, int64_t s, struct err *e)
{
	struct db_query *q = db_query(db, SLOW);
	struct db_rows rows;

	q_i64(q, s);
	return db_get(q, &arena, &rows, e);
}

START_TEST(a_change_tells_how_many_rows_it_found)
{
	struct db *db = open_db();
	struct err e = {0};
	uint64_t found = 9;

	ck_ok(put(db, 1, 5, &e), &e);
	ck_ok(add(db, 1, 0, &found, &e), &e);
	ck_assert_uint_eq(found, 1); /* found, though the row did not change */
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
	struct db_setup setup = {.role = DB_WEB, .stmts = &sleepy, .n_stmts = 1};
	uint64_t began_ns = clock_mono_ns();
	struct err e = {0};
	struct db_rows rows;
	struct db *db = open_db();

	conf.db_statement_ms = 300;
	setup.login = db_login_of(&conf, DB_ACCOUNT_WEB);
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

	control = control_none();
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
	while (!back && ms_since(began_ns) < TEST_PATIENCE_S * 1000) {
		err_clear(&e);
		db_deadline(db, clock_mono_ns() + CLOCK_S);
		back = put(db, 3, 1, &e);
		clock_sleep_ns(20 * CLOCK_MS);
	}
	ck_assert_msg(back, "%s", e.msg);
}
END_TEST

static bool
log_in_as(const char *user, struct err *e)
{
	struct db_setup setup = {.control = control, .role = DB_TOOL, .stmts = stmts, .n_stmts = T__MAX};
	struct db *db;

	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	setup.login.user = str_z(user);
	*e = (struct err){0};
	ck_ok(db_open(&arena, &setup, &db, e), e);
	db_deadline(db, clock_mono_ns() + TEST_PATIENCE_S * CLOCK_S);
	return db_connect(db, e);
}

START_TEST(a_refused_login_is_no_outage_for_others)
{
	static const struct {
		const char *user, *sql;
		int code;
	} refused[] = {
	    {"nobody_here", "DO 0", DB_CODE_DENIED},
	    {"no_right", "CREATE OR REPLACE USER no_right@localhost", DB_CODE_DENIED_DATABASE},
	    {"is_locked", "CREATE OR REPLACE USER is_locked@localhost ACCOUNT LOCK", DB_CODE_LOCKED},
	    {"expired", "GRANT ALL ON kontor.* TO expired@localhost", DB_CODE_EXPIRED},
	    {"too_many", "CREATE OR REPLACE USER too_many@localhost WITH MAX_CONNECTIONS_PER_HOUR 1",
		DB_CODE_ACCOUNT_LIMIT},
	};
	struct err e = {0};
	struct db *db;

	control = control_none();
	db = open_db();
	services_sql(&services, "CREATE OR REPLACE USER expired@localhost PASSWORD EXPIRE");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		services_sql(&services, refused[i].sql);
		if (refused[i].code == DB_CODE_ACCOUNT_LIMIT) {
			services_sql(&services, "GRANT ALL ON kontor.* TO too_many@localhost");
			ck_ok(log_in_as(refused[i].user, &e), &e);
		}
		for (int k = 0; k < 8; k++) {
			ck_assert(!log_in_as(refused[i].user, &e));
			ck_assert_msg(e.code == refused[i].code, "%s: %s", refused[i].user, e.msg);
			ck_assert_int_eq(e.kind, ERR_UPSTREAM);
		}
		ck_assert_msg(!breaker_is_open(control, BREAKER_DB), "%s opens the breaker", refused[i].user);
		err_clear(&e);
		ck_ok(put(db, i + 1, 1, &e), &e);
	}
}
END_TEST

START_TEST(a_login_without_its_password_file_keeps_no_probe)
{
	struct db_setup setup = {.control = control_none(), .role = DB_TOOL, .stmts = stmts, .n_stmts = T__MAX};
	struct err e = {0};
	struct db *db, *wrong;

	control = setup.control;
	db = open_db();
	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	setup.login.password_file = STR("/nonexistent/password");
	ck_ok(db_open(&arena, &setup, &wrong, &e), &e);
	for (int i = 0; i < 5; i++)
		breaker_failure(control, BREAKER_DB);
	clock_sleep_ns(1100 * CLOCK_MS); /* the next caller may probe */
	db_deadline(wrong, CLOCK_NEVER);
	ck_assert(!db_connect(wrong, &e));
	err_clear(&e);
	db_deadline(db, CLOCK_NEVER);
	ck_ok(put(db, 1, 1, &e), &e);
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

INTEG_MAIN("db", false, rows_come_back_as_they_were_put,
    null_goes_in_and_out_only_where_the_table_says_so, a_transaction_that_fails_leaves_nothing,
    a_change_tells_how_many_rows_it_found, selects_may_be_nested_in_the_loop_over_another, long_texts_come_whole,
    a_result_past_the_limits_is_an_error_and_the_connection_lives, the_session_is_strict_utc_and_read_committed,
    a_slow_statement_ends_at_the_deadline, the_server_itself_ends_a_slow_statement_of_the_storefront,
    a_stopped_server_holds_nobody_past_the_deadline, a_killed_server_is_an_error_at_once_and_is_found_again,
    a_connection_that_died_while_idle_costs_nobody_an_error, the_breaker_spares_callers_the_wait,
    a_refused_login_is_no_outage_for_others, a_login_without_its_password_file_keeps_no_probe,
    a_snapshot_sees_one_moment_and_cannot_write)
