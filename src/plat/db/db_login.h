/* db_login.h - the login to a database, and how the password is passed on.
 *
 * MariaDB's own programs read an option file in memory (DB_LOGIN_OPTION, descriptor RUN_ALSO). So others cannot read
 * the password on a command line or in the environment, and no copy of it is on a disk. */
#ifndef KONTOR_PLAT_DB_DB_LOGIN_H
#define KONTOR_PLAT_DB_DB_LOGIN_H

#include "base/err.h"
#include "base/str.h"

#define DB_LOGIN_OPTION "--defaults-file=/dev/fd/3" /* the number is RUN_ALSO */
#define DB_LOGIN_PASSWORD_B 256

struct conf;

/* The shop's accounts in the database. */
enum db_account { DB_ACCOUNT_WEB, DB_ACCOUNT_JOBS, DB_ACCOUNT_TOOL, DB_ACCOUNT_BACKUP, DB_ACCOUNT__MAX };

/* Used with `host` only. */
enum db_tls { DB_TLS_OFF, DB_TLS_ON, DB_TLS_VERIFY };

/* Texts end with a NUL and are borrowed. */
struct db_login {
	struct str host, socket; /* host none: the socket is used */
	struct str from; /* the host part of the account's name in the database */
	int64_t port;
	enum db_tls tls;
	struct str tls_ca; /* none: the system's authorities */
	struct str database; /* may be none */
	struct str user, password_file; /* password_file none: no password */
	int64_t connect_ms, statement_ms;
};

/* From the settings. */
struct db_login db_login_of(const struct conf *, enum db_account);
void db_login_all(const struct conf *, struct db_login out[DB_ACCOUNT__MAX]);

/* Reads the first line of the file; empty without a file. The caller wipes the buffer. ERR_UPSTREAM when the file
 * cannot be read, or when the line exceeds the buffer. */
MUST_USE bool db_login_password(struct str file, char out[DB_LOGIN_PASSWORD_B], struct err *);

/* Makes the option file. The caller closes *fd; -1 after an error. */
MUST_USE bool db_login_open(const struct db_login *, int *fd, struct err *);

#endif
