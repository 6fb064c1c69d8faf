/* db_table.h - shared by the tests of the database module: a small table and its statements. */
#ifndef KONTOR_TESTS_DB_TABLE_H
#define KONTOR_TESTS_DB_TABLE_H

#include "base/clock.h"
#include "integ.h"
#include "plat/conf/conf.h"
#include "plat/control/control.h"

/* The module is tested with a table of its own, apart from the shop's statements. */
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

/* A limit of 300 ms may take this long on a busy machine. Without the limit the tests take 20 s. */
#define PATIENCE_MS 2500

static struct arena arena;
static struct conf conf;
static struct control *control; /* NULL: no breaker */

static inline void
make_table(void)
{
	services_sql(&services,
	    "CREATE OR REPLACE TABLE t (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, n BIGINT NOT NULL,"
	    " s TEXT CHARACTER SET utf8mb4 NULL, b VARBINARY(100) NOT NULL, CHECK (n >= 0)) ENGINE=InnoDB");
}

static inline struct db *
open_with(const struct db_stmt *table, size_t n)
{
	struct db_setup setup = {.control = control, .role = DB_TOOL, .stmts = table, .n_stmts = n};
	struct err e = {0};
	struct db *db;

	if (conf.file == NULL) {
		arena_init(&arena, (size_t)64 << 20);
		services_conf(&services, &arena, &conf);
	}
	setup.login = db_login_of(&conf, DB_ACCOUNT_TOOL);
	ck_ok(db_open(&arena, &setup, &db, &e), &e);
	return db;
}

static inline struct db *
open_db(void)
{
	make_table();
	return open_with(stmts, T__MAX);
}

static inline bool
put(struct db *db, uint64_t id, int64_t n, struct err *e)
{
	struct db_query *q = db_query(db, PUT);

	q_u64(q, id);
	q_i64(q, n);
	q_str(q, STR("Tee \xe8\x8c\xb6"));
	q_bytes(q, STR("\0\xff"));
	return db_run(q, NULL, e);
}

static inline bool
add(struct db *db, uint64_t id, int64_t by, uint64_t *found, struct err *e)
{
	struct db_query *q = db_query(db, ADD);

	q_i64(q, by);
	q_u64(q, id);
	q_i64(q, by);
	return db_run(q, found, e);
}

static inline uint64_t
ms_since(uint64_t began_ns)
{
	return (clock_mono_ns() - began_ns) / CLOCK_MS;
}

#endif
