#include <mysqld_error.h>

#include "integ.h"
#include "plat/conf/conf.h"

/* Several rows of values in one exchange. */
enum { PUT, GET, ALL, ADD, T__MAX };
static const struct db_stmt stmts[T__MAX] = {
    [PUT] = {"PUT", DB_TOOL, "uis?b", "", "INSERT INTO r (id, n, s, b) VALUES (?, ?, ?, ?)"},
    [GET] = {"GET", DB_TOOL, "u", "i", "SELECT n FROM r WHERE id = ?"},
    [ALL] = {"ALL", DB_TOOL, "", "uis?b", "SELECT id, n, s, b FROM r ORDER BY id"},
    [ADD] = {"ADD", DB_TOOL, "iui", "", "UPDATE r SET n = n + ? WHERE id = ? AND n + ? >= 0"},
};

static struct arena arena;
static struct conf conf;

static struct db *
open_db(void)
{
	struct db_setup setup = {.role = DB_TOOL, .stmts = stmts, .n_stmts = T__MAX};
	struct err e = {0};
	struct db *db;

	services_sql(&services,
	    "CREATE OR REPLACE TABLE r (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, n BIGINT NOT NULL,"
	    " s TEXT CHARACTER SET utf8mb4 NULL, b VARBINARY(100) NOT NULL) ENGINE=InnoDB");
	arena_init(&arena, (size_t)64 << 20);
	services_conf(&services, &arena, &conf);
	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	return db;
}

/* Binds row `id` of several; its text is NULL if the id is even. */
static void
bind_row(struct db_query *q, uint64_t id)
{
	q_u64(q, id);
	q_i64(q, (int64_t)id * 10);
	if (id % 2 == 0)
		q_null(q);
	else
		q_str(q, str_fmt(&arena, "row %llu", (unsigned long long)id));
	q_bytes(q, STR("\0\xff"));
}

static bool
put_one(struct db *db, uint64_t id, struct err *e)
{
	struct db_query *q = db_query(db, PUT);

	bind_row(q, id);
	return db_run(q, NULL, e);
}

static bool
put_rows(struct db *db, uint64_t first, size_t n, struct err *e)
{
	struct db_query *q = db_query_rows(db, PUT, &arena, n);
	uint64_t affected;

	for (size_t i = 0; i < n; i++)
		bind_row(q, first + i);
	return db_run(q, &affected, e) && affected == n;
}

START_TEST(several_rows_go_in_one_exchange)
{
	struct db *db = open_db();
	struct err e = {0};
	struct db_rows rows;

	ck_ok(put_rows(db, 1, 3, &e), &e);
	ck_ok(put_one(db, 100, &e), &e);
	ck_ok(put_rows(db, 10, 1, &e), &e);
	ck_ok(put_rows(db, 200, 300, &e), &e);
	ck_ok(db_select(db_query(db, ALL), &arena, &rows, &e), &e);
	ck_assert_uint_eq(rows.n, 305);
	for (uint64_t id = 1; id <= 3; id++) {
		ck_assert(db_next(&rows));
		ck_assert_uint_eq(c_u64(&rows), id);
		ck_assert_int_eq(c_i64(&rows), (int64_t)id * 10);
		ck_assert_int_eq(c_is_null(&rows), id % 2 == 0);
		if (id % 2 != 0)
			ck_assert(str_eq(c_str(&rows), str_fmt(&arena, "row %llu", (unsigned long long)id)));
		ck_assert(str_eq(c_bytes(&rows), STR("\0\xff")));
	}
}
END_TEST

/* A statement with only numbers as parameters is bound once and for all, also after one with several rows. */
START_TEST(rows_of_changes_are_done_one_after_the_other)
{
	struct db *db = open_db();
	struct db_query *q;
	struct err e = {0};
	uint64_t affected;

	ck_ok(put_rows(db, 1, 2, &e), &e);
	for (int again = 0; again < 2; again++) {
		q = db_query_rows(db, ADD, &arena, 3);
		for (int i = 0; i < 3; i++) {
			q_i64(q, i == 2 ? -1000 : 1);
			q_u64(q, i == 1 ? 1 : 2);
			q_i64(q, i == 2 ? -1000 : 1);
		}
		ck_ok(db_run(q, &affected, &e), &e);
		ck_assert_uint_eq(affected, 2);
		q = db_query(db, ADD);
		q_i64(q, 5);
		q_u64(q, 1);
		q_i64(q, 5);
		ck_ok(db_run(q, &affected, &e), &e);
		ck_assert_uint_eq(affected, 1);
	}
	ck_assert_int_eq(number_of(db, GET, 1), 22);
	ck_assert_int_eq(number_of(db, GET, 2), 22);
}
END_TEST

START_TEST(rows_of_which_one_is_refused_are_a_conflict_and_a_transaction_takes_them_back)
{
	struct db *db = open_db();
	struct db_query *q;
	struct err e = {0};
	struct db_rows rows;

	ck_ok(put_one(db, 3, &e), &e);
	ck_ok(db_begin(db, &e), &e);
	ck_assert(!put_rows(db, 1, 5, &e));
	ck_assert_int_eq(e.kind, ERR_CONFLICT);
	ck_assert_uint_eq(e.code, ER_DUP_ENTRY);
	db_rollback(db);
	err_clear(&e);
	db_fault(db, 1, DB_FAULT_LOST_BEFORE);
	ck_assert(!put_rows(db, 20, 2, &e));
	ck_assert_int_eq(e.kind, ERR_UPSTREAM);
	err_clear(&e);
	q = db_query_rows(db, PUT, &arena, 2);
	bind_row(q, 30);
	ck_assert_msg(!db_run(q, NULL, &e) && e.kind == ERR_BUG, "a row that is not bound is our own fault");
	err_clear(&e);
	ck_ok(put_rows(db, 1, 2, &e), &e);
	ck_ok(db_select(db_query(db, ALL), &arena, &rows, &e), &e);
	ck_assert_uint_eq(rows.n, 3);
}
END_TEST

INTEG_MAIN("db_rows", false, several_rows_go_in_one_exchange, rows_of_changes_are_done_one_after_the_other,
    rows_of_which_one_is_refused_are_a_conflict_and_a_transaction_takes_them_back)
