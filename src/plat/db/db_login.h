/* db_login.h - who logs in to which database, and how the password gets there.
 *
 * MariaDB's own programs are given a file of options in memory (RUN_ALSO, read as DB_LOGIN_OPTION): the password is
 * never on a command line or in the environment, where others could read it, nor once more on a disk. */
#ifndef KONTOR_PLAT_DB_DB_LOGIN_H
#define KONTOR_PLAT_DB_DB_LOGIN_H

#include "base/err.h"
#include "base/str.h"

#define DB_LOGIN_OPTION "--defaults-file=/dev/fd/3" /* the number is RUN_ALSO */
#define DB_LOGIN_PASSWORD_B 256

struct conf;

/* The shop's accounts in the database. */
enum db_account { DB_ACCOUNT_WEB, DB_ACCOUNT_JOBS, DB_ACCOUNT_TOOL, DB_ACCOUNT_BACKUP, DB_ACCOUNT__MAX };

/* Texts have a NUL behind and are borrowed. */
struct db_login {
	struct str host, socket; /* no host: by the socket */
	int64_t port;
	struct str database; /* may be none */
	struct str user, password_file; /* no file: no password */
	int64_t connect_ms, statement_ms;
};

/* As the settings have it. */
struct db_login db_login_of(const struct conf *, enum db_account);
void db_login_all(const struct conf *, struct db_login out[DB_ACCOUNT__MAX]);

/* Reads the first line of the file; empty without a file. The caller wipes the buffer. ERR_UPSTREAM when the file
 * cannot be read, or when the line exceeds the buffer. */
MUST_USE bool db_login_password(struct str file, char out[DB_LOGIN_PASSWORD_B], struct err *);

/* Makes the option file. The caller closes *fd; -1 after an error. */
MUST_USE bool db_login_open(const struct db_login *, int *fd, struct err *);

#endif
