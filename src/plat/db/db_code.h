/* db_code.h - the server's error numbers in err.code, for callers that distinguish failures.
 *
 * db_code.c asserts that they agree with the client library's. */
#ifndef KONTOR_PLAT_DB_DB_CODE_H
#define KONTOR_PLAT_DB_DB_CODE_H

#include <stdbool.h>

enum db_code {
	DB_CODE_NO_ANSWER = -1, /* ours: the server did not answer in time */
	DB_CODE_FULL = 1040,	/* max_connections */
	DB_CODE_DENIED_DATABASE = 1044,
	DB_CODE_DENIED = 1045,
	DB_CODE_NO_DATABASE = 1049,
	DB_CODE_DUPLICATE = 1062,
	DB_CODE_HOST_BLOCKED = 1129, /* after many failed logins */
	DB_CODE_DENIED_HOST = 1130,
	DB_CODE_DENIED_TABLE = 1142,
	DB_CODE_DENIED_COLUMN = 1143,
	DB_CODE_NO_TABLE = 1146,
	DB_CODE_ACCOUNT_FULL = 1203,	/* max_user_connections of the server */
	DB_CODE_LOCK_WAIT = 1205,
	DB_CODE_ACCOUNT_LIMIT = 1226,	/* a limit of the account itself */
	DB_CODE_READ_ONLY = 1290,
	DB_CODE_NO_ROUTINE = 1305,
	DB_CODE_VIEW_INVALID = 1356,	/* a view uses what is not there, or what its definer may not use */
	DB_CODE_DENIED_ROUTINE = 1370,
	DB_CODE_NO_DEFINER = 1449,	/* a view or procedure acts as an account that does not exist */
	DB_CODE_STATEMENTS_FULL = 1461, /* max_prepared_stmt_count */
	DB_CODE_DENIED_PLUGIN = 1698,
	DB_CODE_EXPIRED = 1820, /* the account's password */
	DB_CODE_EXPIRED_LOGIN = 1862,
	DB_CODE_TLS = 2026, /* ours: TLS could not be established; the message has the reason */
	DB_CODE_TLS_REQUIRED = 3159, /* MySQL's; MariaDB refuses the account */
	DB_CODE_LOCKED = 4151, /* the account */
};

/* True when the server refused the account: wrong name, password or host; locked; expired. */
bool db_code_refused(int code);

/* True when an administrator locked the account. */
bool db_code_locked(int code);

/* True when the error proves that the server is up, whatever it refuses. */
bool db_code_answered(unsigned code);

/* True when the account lacks a privilege on a table, column or procedure. */
bool db_code_lacks_right(int code);

/* True when a REVOKE failed because the account lacks the right. */
bool db_code_no_grant(int code);

#endif
