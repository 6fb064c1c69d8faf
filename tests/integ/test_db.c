#include <string.h>

#include "integ.h"
#include "plat/conf.h"
#include "store/sql.h"

/* A table of the test's own: the module is tested apart from the shop's statements. */
enum { PUT, GET, ALL, SET, SERIES, SLOW, TYPES, PEEK, T__MAX };
static const struct db_stmt stmts[T__MAX] = {
    [PUT] = {"PUT", DB_TOOL, "uis?b", "", "INSERT INTO t (id, n, s, b) VALUES (?, ?, ?, ?)"},
    [GET] = {"GET", DB_TOOL, "u", "uis?b", "SELECT id, n, s, b FROM t WHERE id = ?"},
    [ALL] = {"ALL", DB_TOOL, "", "uis?b", "SELECT id, n, s, b FROM t ORDER BY id"},
    [SET] = {"SET", DB_TOOL, "iui", "", "UPDATE t SET n = n + ? WHERE id = ? AND n + ? >= 0"},
    [SERIES] = {"SERIES", DB_TOOL, "", "u", "SELECT seq FROM seq_1_to_20000"},
    [SLOW] = {"SLOW", DB_TOOL, "i", "i?", "SELECT SLEEP(?)"},
    [TYPES] = {"TYPES", DB_TOOL, "i?u?s?b?", "i?u?s?b?",
        "SELECT CAST(? AS SIGNED), CAST(? AS UNSIGNED), CAST(? AS CHAR(200)), CAST(? AS BINARY(4))"},
    [PEEK] = {"PEEK", DB_TOOL, "u", "i", "SELECT n FROM t WHERE id = ? FOR UPDATE"},
};

static struct arena arena;
static struct conf conf;

static void
make_table(void)
{
	services_sql(&services, "CREATE OR REPLACE TABLE t (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, n BIGINT NOT NULL,"
				" s TEXT CHARACTER SET utf8mb4 NULL, b VARBINARY(100) NOT NULL, CHECK (n >= 0)) ENGINE=InnoDB");
}

static struct db *
open_with(const struct db_stmt *table, size_t n)
{
	struct db_setup setup = {.conf = &conf, .role = DB_TOOL, .stmts = table, .n_stmts = n};
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

static int64_t
number(struct db *db, uint64_t id)
{
	struct db_query *q = db_query(db, GET);
	struct err e = {0};
	struct db_rows rows;

	q_u64(q, id);
	ck_ok(db_get(q, &arena, &rows, &e), &e);
	c_u64(&rows);
	return c_i64(&rows);
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
	ck_assert_int_eq(number(db, 1), 5);
}
END_TEST

INTEG_MAIN("db", false, every_statement_fits_the_schema_for_every_role, rows_come_back_as_they_were_put,
    null_goes_in_and_out_only_where_the_table_says_so, a_transaction_that_fails_leaves_nothing)
