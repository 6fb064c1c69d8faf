#include "plat/db/db.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "plat/control/control.h"
#include "plat/db/db_code.h"
#include "plat/db/db_impl.h"

#define UNFIT_RETRY_NS CLOCK_S
#define REFUSED_LOG_NS (60 * CLOCK_S)

static void
release(void *ptr)
{
	db_drop(ptr);
}

bool
db_open(struct arena *process_arena, const struct db_setup *setup, struct db **out, struct err *e)
{
	struct db *db = ARENA_NEW(process_arena, struct db);

	db->setup = *setup;
	db->process_arena = process_arena;
	db->deadline_ns = CLOCK_NEVER;
	db_limits(db, DB_ROWS_MAX, DB_BYTES_MAX);
	if (!db_stmt_table(db, process_arena, e))
		return false;
	arena_defer(process_arena, release, db);
	*out = db;
	return true;
}

void
db_limits(struct db *db, size_t rows, size_t bytes)
{
	db->max_rows = rows;
	db->max_bytes = bytes;
}

/* Closes without an exchange: the socket is shut down first, so that a stopped server cannot block the close. */
void
db_drop(struct db *db)
{
	MYSQL *mysql = db->mysql;

	if (mysql == NULL)
		return;
	db->mysql = NULL;
	shutdown(mysql_get_socket(mysql), SHUT_RDWR);
	mysql_close(mysql);
	db_stmt_close_all(db);
	if (db->tx == DB_TX_OPEN)
		db->tx = DB_TX_DOOMED;
}

void
db_close(struct db *db)
{
	db_drop(db);
	db->tx = DB_TX_NONE;
}

bool
db_pass(struct err *e, const struct err *why)
{
	if (e->kind == ERR_NONE)
		*e = *why;
	return false;
}

/* The schema changed after a statement was prepared: the next connection checks everything again. */
static bool
is_drift(unsigned code)
{
	return code == CR_NEW_STMT_METADATA || code == ER_NO_SUCH_TABLE || code == ER_BAD_FIELD_ERROR
	    || code == ER_NEED_REPREPARE || code == ER_UNKNOWN_STMT_HANDLER || code == ER_SP_DOES_NOT_EXIST
	    || code == ER_VIEW_INVALID || code == ER_NO_SUCH_USER;
}

bool
db_fail(struct db *db, const char *what, unsigned code, const char *msg, struct err *e)
{
	bool lost = db_lost(db, code), drift = is_drift(code);
	enum err_kind kind = lost || drift ? ERR_UPSTREAM : db_kind_of(code);
	struct err why = {.code = db->timed_out ? DB_CODE_NO_ANSWER : (int)code};

	if (db->timed_out)
		err_set(&why, ERR_UPSTREAM, "database: %s: no answer in time", what);
	else
		err_set(&why, kind, "database: %s: %u %s", what, code, msg);
	db_pass(e, &why);
	db_count_error(db, code);
	if (db->tx == DB_TX_OPEN && (kind == ERR_BUSY || lost)) {
		db->tx = DB_TX_DOOMED;
		db->again = true;
	}
	if (lost || drift)
		db_drop(db);
	db_alive(db, !lost || (!db->timed_out && db_code_answered(code)));
	return false;
}

/* The session's variables, in one exchange. NO_AUTO_VALUE_ON_ZERO lets an explicit id 0 be stored as 0. */
static void
set_session(const struct db *db, MYSQL *mysql)
{
	static const char fixed[] =
	    "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, SESSION sql_mode = 'STRICT_ALL_TABLES,"
	    "ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER,"
	    "ONLY_FULL_GROUP_BY,NO_AUTO_VALUE_ON_ZERO', SESSION time_zone = '+00:00', SESSION"
	    " innodb_lock_wait_timeout = 2, SESSION tx_isolation = 'READ-COMMITTED', SESSION max_statement_time =";
	unsigned ms = (unsigned)db_statement_ms(db);
	char all[sizeof(fixed) + 32];
	my_bool yes = 1, no = 0;
	unsigned local_infile = 0;

	snprintf(all, sizeof(all), "%s %u.%03u", fixed, ms / 1000, ms % 1000);
	mysql_options(mysql, MYSQL_OPT_NONBLOCK, NULL);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(mysql, MYSQL_REPORT_DATA_TRUNCATION, &yes);
	mysql_options(mysql, MYSQL_OPT_RECONNECT, &no);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &local_infile);
	mysql_options(mysql, MYSQL_INIT_COMMAND, all);
}

/* A refused login proves that the server answers: only this account cannot be used. It is not tried again at once, so
 * that the server does not block the host. */
static void
login_refused(struct db *db, struct err *why)
{
	const char *remedy = db->setup.remedy == NULL ? NULL : db->setup.remedy(0, why->code);
	uint64_t now_ns = clock_mono_ns();
	size_t n = strlen(why->msg);

	db_alive(db, true);
	if (why->code == DB_CODE_FULL)
		return;
	if (remedy != NULL)
		snprintf(why->msg + n, sizeof(why->msg) - n, "; %s", remedy);
	if (why->code != db->refused || now_ns >= db->refused_log_ns) {
		log_put(LOG_ERROR, "event=db_refused user=%s msg=\"%s\"", db->setup.login.user.p, why->msg);
		db->refused_log_ns = now_ns + REFUSED_LOG_NS;
	}
	db->refused = why->code;
	db->unfit = *why;
	db->unfit_until_ns = now_ns + UNFIT_RETRY_NS;
}

/* Later releases of the client library verify unless told not to. This one connects without TLS when the server offers
 * none, so log_in() looks. */
static void
set_tls(const struct db_login *l, MYSQL *mysql)
{
	my_bool enforce = l->tls != DB_TLS_OFF, verify = l->tls == DB_TLS_VERIFY;

	mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	if (enforce)
		mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
	if (verify)
		mysql_options(mysql, MYSQL_OPT_SSL_CA, l->tls_ca.p);
}

static bool
log_in(struct db *db, const char *password, struct err *e)
{
	uint64_t began_ns = clock_mono_ns();
	MYSQL *mysql = mysql_init(NULL), *got;
	bool plain;

	if (mysql == NULL)
		return err_set(e, ERR_LIMIT, "database: no memory for a connection");
	set_session(db, mysql);
	set_tls(&db->setup.login, mysql);
	db_call_limit(db, (uint64_t)db->setup.login.connect_ms);
	got = db_call_connect(db, mysql, password);
	plain = got != NULL && db->setup.login.tls != DB_TLS_OFF && mysql_get_ssl_cipher(mysql) == NULL;
	db_count_connect(db, began_ns, got != NULL);
	if (got == NULL || plain) {
		unsigned code = plain ? DB_CODE_TLS : mysql_errno(mysql);
		struct err why = {.code = db->timed_out ? DB_CODE_NO_ANSWER : (int)code};

		err_set(&why, ERR_UPSTREAM, "database: connect: %u %s", code,
		    plain ? "the server offers no TLS, which db.tls asks for"
			  : db->timed_out ? "no answer in time" : mysql_error(mysql));
		mysql_close(mysql);
		if (db->timed_out || !db_code_answered(code))
			db_alive(db, false);
		else
			login_refused(db, &why);
		return db_pass(e, &why);
	}
	db->mysql = mysql;
	return true;
}

static bool
fit(struct db *db, struct err *e)
{
	bool ok;

	db->connecting = true;
	db->schema = 0;
	db->unprepared = false;
	ok = (db->setup.check == NULL || db->setup.check(db, &db->schema, e))
	    && (db->setup.role == DB_MIGRATE || db_stmt_prepare_all(db, e));
	db->connecting = false;
	return ok;
}

bool
db_connect(struct db *db, struct err *e)
{
	struct err why = {0};
	uint64_t now_ns = clock_mono_ns();
	char password[DB_LOGIN_PASSWORD_B];
	bool in;

	if (db->mysql != NULL)
		return true;
	if (db->unfit.kind != ERR_NONE && now_ns < db->unfit_until_ns)
		return db_pass(e, &db->unfit);
	db->unfit.kind = ERR_NONE;
	if (!db_login_password(db->setup.login.password_file, password, e))
		return false;
	in = db_allowed(db) ? log_in(db, password, e) : err_set(e, ERR_UPSTREAM, "database: known to be down");
	explicit_bzero(password, sizeof(password));
	if (!in)
		return false;
	if (!fit(db, &why)) {
		if (db_code_refused(why.code)) { /* an expired password is refused only now */
			login_refused(db, &why);
		} else if (db->mysql != NULL) { /* the server answered; the reason will not go away within a moment */
			db->unfit = why;
			db->unfit_until_ns = now_ns + UNFIT_RETRY_NS;
			log_put(LOG_ERROR, "event=db_unfit why=\"%s\"", why.msg);
		}
		db_drop(db);
		return db_pass(e, &why);
	}
	db->refused = 0;
	db_alive(db, true);
	return true;
}

void
db_deadline(struct db *db, uint64_t mono_ns)
{
	db->deadline_ns = mono_ns;
	db->unit = true;
	db->allowed = db->reported = db->unpermitted = false;
}

/* An idle connection receives nothing, so a readable socket means that the server has closed it. */
static void
notice_death(struct db *db)
{
	struct pollfd pfd;

	db->unit = false;
	if (db->mysql == NULL)
		return;
	pfd = (struct pollfd){.fd = mysql_get_socket(db->mysql), .events = POLLIN};
	if (poll(&pfd, 1, 0) != 0)
		db_drop(db);
}

/* The permit is held for the whole unit of work: a request that has begun a transaction must not wait again. */
static bool
take_permit(struct db *db, struct err *e)
{
	if (!db->permitted && !db->unpermitted) {
		db->permitted = control_db_permit(db->setup.control);
		db->unpermitted = !db->permitted;
	}
	if (db->permitted)
		return true;
	if (breaker_is_open(db->setup.control, BREAKER_DB))
		return err_set(e, ERR_UPSTREAM, "database: known to be down");
	return err_set(e, ERR_BUSY, "database: other requests hold all permits");
}

bool
db_ready(struct db *db, struct err *e)
{
	if (db->tx == DB_TX_DOOMED)
		return err_set(e, ERR_UPSTREAM, "database: the transaction is lost");
	if (db->connecting)
		return true;
	if (db->unit && db->tx == DB_TX_NONE)
		notice_death(db);
	if (db->deadline_ns != CLOCK_NEVER && clock_left_ns(db->deadline_ns) == 0)
		return err_set(e, ERR_UPSTREAM, "database: the request's deadline has passed");
	if (!take_permit(db, e))
		return false;
	if (db->mysql != NULL && db->tx == DB_TX_NONE && !db_allowed(db))
		return err_set(e, ERR_UPSTREAM, "database: known to be down");
	return db_connect(db, e);
}

void
db_rest(struct db *db)
{
	if (db->tx != DB_TX_NONE) {
		log_put(LOG_ERROR, "event=db_open_transaction what=\"left open at the end of a unit of work\"");
		db_rollback(db);
	}
	if (db->permitted)
		control_db_release(db->setup.control);
	db->permitted = false;
}

bool
db_unprepared(const struct db *db)
{
	return db->mysql != NULL && db->unprepared;
}

void
db_prepare(struct db *db)
{
	struct err e = {0};

	if (!db_unprepared(db) || control_db_stuck(db->setup.control))
		return;
	db_deadline(db, clock_mono_ns() + (uint64_t)db->setup.login.connect_ms * CLOCK_MS);
	db->unprepared = false;
	if (!db_ready(db, &e) || !db_stmt_prepare_all(db, &e))
		log_put(LOG_WARN, "event=db_unprepared place=%s msg=\"%s\"", e.place, e.msg);
	db_rest(db);
}
