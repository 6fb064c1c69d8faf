/* db.h - the database: prepared statements by number, transactions, and no call that outlives the deadline.
 *
 * All SQL is a table of struct db_stmt (store/sql/); no function here takes SQL text. Every statement is prepared at
 * connect and checked: number of parameters, number, types and nullability of the columns. A statement that does not
 * fit the schema is unusable. Its use fails with an ERR_UPSTREAM that names statement, column and remedy. It is logged
 * and counted once per connection, and prepared again when used after a second. All other statements work.
 *
 * A CALL with columns must be of a procedure that reads and returns one result, without rows when its parameters are
 * NULL: that is how its columns are checked. One without columns is of a procedure that is one writing statement.
 *
 * The module connects on first use, and reconnects after a loss, but never inside a transaction. Every exchange uses
 * the client library's non-blocking interface under the deadline: a stopped server costs a request its deadline and no
 * more; the connection is then dropped.
 *
 * Errors: lost, refused, read only, too slow: ERR_UPSTREAM. Deadlock or lock wait, retries used up: ERR_BUSY. Duplicate
 * key (1062), CHECK (4025), foreign key (1451, 1452): ERR_CONFLICT. A result past the limits: ERR_LIMIT. All else:
 * ERR_BUG. err.code is the server's number (db_code.h). */
#ifndef KONTOR_PLAT_DB_DB_H
#define KONTOR_PLAT_DB_DB_H

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "plat/db/db_login.h"

#define DB_ROWS_MAX 10000
#define DB_BYTES_MAX ((size_t)16 << 20)

struct control;
struct db;
struct db_query;

/* The program that connects: decides which statements are prepared. */
enum db_role {
	DB_WEB = 1,	/* a storefront worker */
	DB_JOBS = 2,	/* kontor-jobs */
	DB_TOOL = 4,	/* the operator's commands; no time limit for a statement */
	DB_MIGRATE = 8, /* as DB_TOOL, but statements are prepared on first use: there may be no schema yet */
};

/* `in` and `out` name the types of parameters and columns: i int64, u uint64, s text, b bytes; a following '?': may
 * be NULL. */
struct db_stmt {
	const char *name;
	unsigned roles;
	const char *in, *out, *text;
};

struct db_setup {
	struct db_login login;
	struct control *control; /* of the breaker and counters; NULL: neither */
	enum db_role role;
	const char *currency; /* that the program reckons in, for `check`; NULL: any */
	const struct db_stmt *stmts; /* borrowed for ever, as are the texts of the login and `control` */
	size_t n_stmts;
	/* Called on a new connection before the statements are prepared; returns the schema's number. False: the
	 * database is refused, and not tried again for a second. May be NULL. */
	bool (*check)(struct db *, int64_t *schema, struct err *);
	/* The remedy for a statement that is unusable at this schema, by the server's error number (0: a column has the
	 * wrong type); returns NULL when unknown. The pointer may be NULL. */
	const char *(*remedy)(int64_t schema, int code);
};

/* Does not connect. Fails only for an invalid table (ERR_BUG). Closed when the arena is released. */
MUST_USE bool db_open(struct arena *process_arena, const struct db_setup *, struct db **, struct err *);

/* Drops the connection with its locks and transaction. The next use reconnects. */
void db_close(struct db *);

/* Connects now, unless connected. */
MUST_USE bool db_connect(struct db *, struct err *);

/* True if the database is so far away that not all statements were prepared on connecting. They are prepared when they
 * are first used, or by db_prepare(), a few at a time. A worker calls it when it has nothing else to do. */
bool db_unprepared(const struct db *);
void db_prepare(struct db *);

/* The `control` (or NULL), the `role` and the `currency` (or NULL) of the setup. */
struct control *db_control(const struct db *);
enum db_role db_role(const struct db *);
const char *db_currency(const struct db *);

/* The number of unusable statements on this connection; `first` gets the reason of the first one. */
size_t db_unusable(const struct db *, struct err *first);

/* True if the database answers now. A connection alone proves nothing: a stopped server keeps its connections open. */
MUST_USE bool db_ping(struct db *, struct err *);

/* Sets the time (CLOCK_MONOTONIC) after which no call may wait, until the next db_deadline(). CLOCK_NEVER: only the
 * statement's own limit. Begins a unit of work: its first call detects, at no cost, a connection that died while
 * idle. */
void db_deadline(struct db *, uint64_t mono_ns);

/* Ends a unit of work and gives its permit for the database back (control.h). Its first call took it; without one that
 * call fails with ERR_BUSY, or with ERR_UPSTREAM if the breaker is open. Rolls back and logs an open transaction, which
 * is a bug. */
void db_rest(struct db *);

/* Sets the limits of one result, for tools that read more than DB_ROWS_MAX or DB_BYTES_MAX. */
void db_limits(struct db *, size_t rows, size_t bytes);

/* One statement: take it, bind its parameters (q_*) in the order of `in`, then run or select once; read columns with
 * c_*. Run or select reports a wrong bind as ERR_BUG. Strings are borrowed until run or select. */
struct db_query *db_query(struct db *, unsigned id);
void q_i64(struct db_query *, int64_t);
void q_u64(struct db_query *, uint64_t);
void q_str(struct db_query *, struct str);
void q_bytes(struct db_query *, struct str);
void q_null(struct db_query *);
void q_i64_or_null(struct db_query *, int64_t, bool null);

/* The same for a batch of `rows` rows in one exchange: bind row after row, then run once. The server executes them one
 * by one; `affected` is the sum. Bound values are copied to the arena. For few rows this is cheaper than a JSON list:
 * two order lines took 27 us, and 55 us through JSON_TABLE. */
struct db_query *db_query_rows(struct db *, unsigned id, struct arena *, size_t rows);

/* For a statement without columns. `affected` (or NULL): rows found by WHERE (CLIENT_FOUND_ROWS). Outside a transaction
 * an interrupted write is not repeated: ERR_UPSTREAM, and its effect is unknown. */
MUST_USE bool db_run(struct db_query *, uint64_t *affected, struct err *);

/* The AUTO_INCREMENT value of the last db_run. */
uint64_t db_last_id(const struct db *);

/* A complete result on the caller's arena, so that statements may be nested in the loop over it.
 *
 *	if (!db_select(q, a, &rows, e))
 *		return false;
 *	while (db_next(&rows)) {
 *		line.variant = c_u64(&rows);
 *		line.title = c_str(&rows);
 *	}
 *
 * Read columns in order, by their type in `out`. For a column with '?' call c_is_null() first; if true, the column is
 * consumed. A zeroed struct db_rows is a result without rows. */
struct db_row;
struct db_rows {
	const struct db_stmt *def;
	const char *type; /* of the next column, in `out` */
	const struct db_row *first, *row;
	size_t n; /* rows in all */
	unsigned col;
};

MUST_USE bool db_select(struct db_query *, struct arena *, struct db_rows *, struct err *);

/* The same for at most one row, and steps to it; a second row is ERR_BUG. */
MUST_USE bool db_find(struct db_query *, struct arena *, struct db_rows *, bool *found, struct err *);

/* The same; no row is ERR_NOT_FOUND. */
MUST_USE bool db_get(struct db_query *, struct arena *, struct db_rows *, struct err *);

/* Short forms for statements with one parameter. */
MUST_USE bool db_run_u64(struct db *, unsigned id, uint64_t, struct err *);
MUST_USE bool db_run_str(struct db *, unsigned id, struct str, struct err *);
MUST_USE bool db_select_u64(struct db *, unsigned id, uint64_t, struct arena *, struct db_rows *, struct err *);
MUST_USE bool db_select_bytes(struct db *, unsigned id, struct str, struct arena *, struct db_rows *, struct err *);
MUST_USE bool db_select_str(struct db *, unsigned id, struct str, struct arena *, struct db_rows *, struct err *);

/* For GET_LOCK() and RELEASE_LOCK(): *done is true when the statement returns 1. */
MUST_USE bool db_get_lock(struct db_query *, struct arena *, bool *done, struct err *);

bool db_next(struct db_rows *);
bool c_is_null(struct db_rows *);
int64_t c_i64(struct db_rows *);
uint64_t c_u64(struct db_rows *);
struct str c_str(struct db_rows *);   /* followed by a NUL; on the arena of the select */
struct str c_bytes(struct db_rows *); /* likewise */

/* Reads a column with '?'; returns `none` when it is NULL. */
int64_t c_i64_or(struct db_rows *, int64_t none);
uint64_t c_u64_or(struct db_rows *, uint64_t none);
struct str c_str_or(struct db_rows *, struct str none);
struct str c_bytes_or(struct db_rows *, struct str none);

/* Begins a transaction, READ COMMITTED. db_snapshot(): REPEATABLE READ, read only, with the snapshot taken now. */
MUST_USE bool db_begin(struct db *, struct err *);
MUST_USE bool db_snapshot(struct db *, struct err *);
MUST_USE bool db_commit(struct db *, struct err *);
void db_rollback(struct db *);
bool db_in_tx(const struct db *);

/* Runs `body` in a transaction and commits it. The whole transaction is retried up to 3 times, with jitter and within
 * the deadline: after a deadlock, a lock wait or a changed row (1213, 1205, 1020); on a new connection after a lost
 * one, a read-only server, or a COMMIT whose outcome is unknown. So `body` must be idempotent (by a UNIQUE key) and
 * must reset all results it returns through `arg`. False from `body` rolls back. */
typedef bool db_body(struct db *, void *arg, struct err *);
MUST_USE bool db_tx(struct db *, db_body *body, void *arg, struct err *);

/* Runs `body` once in a transaction that is rolled back: for a dry run. */
MUST_USE bool db_trial(struct db *, db_body *body, void *arg, struct err *);

/* For tests: the n-th exchange from now (1: the next; BEGIN, COMMIT and ROLLBACK count) fails with the server's error
 * `code`, or loses the connection before or after the server has executed it. */
#define DB_FAULT_LOST_BEFORE (-1)
#define DB_FAULT_LOST_AFTER (-2)
void db_fault(struct db *, unsigned n, int code);

#endif
