/* db_impl.h - internals of the database module; only its files include this.
 *
 * db.c: opening, connecting. db_code.c: meaning of errors. db_call.c: the calls under the deadline. db_stmt.c:
 * preparing, and checking the columns against the statement's declared types. db_query.c: binding, running, reading
 * rows. db_bulk.c: several rows of values in one exchange. db_tx.c: transactions. db_count.c: counters and the breaker.
 *
 * Why the client library's non-blocking interface, and not a timer whose handler shuts the socket down: both cost about
 * 6 % more than blocking calls (a row by key over a unix socket, medians of nine runs of 5000), but the timer would
 * need a second signal beside the watchdog's. */
#ifndef KONTOR_PLAT_DB_DB_IMPL_H
#define KONTOR_PLAT_DB_DB_IMPL_H

#include <mysql.h>

#include "plat/db/db.h"

#define DB_TYPES_MAX 64

struct db_type {
	char type;
	bool null;
};

union db_value {
	int64_t i;
	uint64_t u;
	const char *p;
};

struct db_cell {
	union db_value v;
	uint32_t n;
	bool null;
};

struct db_row {
	struct db_row *next;
	struct db_cell cell[];
};

/* The buffer of one parameter or column, which the library's bind points to. */
struct db_slot {
	union db_value v;
	unsigned long n;
	my_bool null, cut;
};

struct db_query {
	struct db *db;
	const struct db_stmt *def;
	MYSQL_STMT *stmt; /* NULL: not prepared on this connection */
	unsigned n_in, n_out;
	struct db_type *in, *out;
	MYSQL_BIND *in_bind, *out_bind;
	struct db_slot *in_slot, *out_slot;
	unsigned n_bound;
	unsigned n_rows; /* 0: a single row, in in_slot; otherwise the number of rows, in row_slot */
	struct db_slot *row_slot;
	struct arena *row_arena;
	bool wrong;	/* a bind had the wrong type */
	bool in_fixed;	/* all parameters are numbers: bound once */
	bool reads;	/* may be repeated on a new connection */
	bool calls;	/* CALL of a procedure that reads */
	bool unusable;	/* does not fit the schema; *why has the reason */
	struct err *why; /* NULL: never unusable */
	uint64_t retry_ns; /* unusable: not prepared again before */
};

enum db_tx_state { DB_TX_NONE, DB_TX_OPEN, DB_TX_DOOMED };

struct db {
	struct db_setup setup;
	struct arena *process_arena;
	MYSQL *mysql; /* NULL: not connected */
	struct db_query **query; /* by id; NULL for statements of other roles */
	uint64_t deadline_ns, until_ns; /* of the unit of work; of the current call, not later */
	uint64_t unfit_until_ns;
	struct err unfit; /* why the database as a whole was refused: no retry before unfit_until_ns */
	int64_t schema; /* its number, from setup.check */
	enum db_tx_state tx;
	bool again;	/* the transaction may be retried */
	bool unit;	/* a unit of work began: check that the connection is alive */
	bool timed_out; /* in the last call */
	bool permitted;	/* holds a permit for the database, until db_rest() */
	bool unpermitted; /* got none in this unit of work: further calls fail at once */
	bool allowed;	/* the breaker allows calls in this unit of work */
	bool reported;	/* success was reported to the breaker */
	bool connecting;
	bool unprepared; /* connected, but some statements were not prepared for lack of time */
	bool committing;
	int refused; /* the error of the last login, if the server refused it; 0: none */
	uint64_t refused_log_ns; /* not logged again before */
	uint64_t last_id;
	size_t max_rows, max_bytes;
	unsigned fault_in;
	int fault_code;
};

/* db.c */
MUST_USE bool db_ready(struct db *, struct err *);
void db_drop(struct db *);
bool db_fail(struct db *, const char *what, unsigned code, const char *msg, struct err *);
bool db_pass(struct err *e, const struct err *why);

/* db_code.c. db_lost(): the connection is useless, and the outcome of a COMMIT unknown; a new connection may lead to
 * another server. */
enum err_kind db_kind_of(unsigned code);
bool db_lost(const struct db *, unsigned code);

/* db_call.c: call db_call_limit() first. Fetching and freeing share the limit of the execute. */
void db_call_limit(struct db *, uint64_t limit_ms);
uint64_t db_statement_ms(const struct db *);
MYSQL *db_call_connect(struct db *, MYSQL *, const char *password);
int db_call_prepare(struct db *, MYSQL_STMT *, struct str text);
int db_call_execute(struct db *, MYSQL_STMT *);
int db_call_fetch(struct db *, MYSQL_STMT *);
void db_call_free(struct db *, MYSQL_STMT *);
/* Takes the status that follows the rows of a procedure. */
bool db_call_end(struct db *, MYSQL_STMT *);
int db_call_text(struct db *, struct str text);

/* db_stmt.c */
MUST_USE bool db_stmt_table(struct db *, struct arena *, struct err *);
MUST_USE bool db_stmt_ready(struct db_query *, struct err *);
MUST_USE bool db_stmt_prepare_all(struct db *, struct err *);
void db_stmt_close_all(struct db *);

/* db_bulk.c: binds the rows of a batch, and restores the binds of one row. */
MUST_USE bool db_bulk_bind(struct db_query *);
void db_bulk_end(struct db_query *);

/* db_tx.c. A fault that is due now, or 0. */
int db_fault_due(struct db *);
/* True if a read or BEGIN may be repeated on a new connection. A migrator would lose its lock unnoticed. */
bool db_repeats(const struct db *);

/* db_count.c: counters and the breaker. */
void db_count_query(struct db *, uint64_t began_ns);
void db_count_connect(struct db *, uint64_t began_ns, bool ok);
void db_count_error(struct db *, unsigned code);
void db_count_retry(struct db *);
void db_count_unusable(struct db *);
void db_alive(struct db *, bool alive);
bool db_allowed(struct db *);

#endif
