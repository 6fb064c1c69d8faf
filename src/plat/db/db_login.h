/* db_login.h - how the shop and MariaDB's own programs come by the password of an account.
 *
 * A program is given a file of options in memory (RUN_ALSO, read as DB_LOGIN_OPTION): so the password is never on a
 * command line or in the environment, where others could read it, nor once more on a disk. */
#ifndef KONTOR_PLAT_DB_DB_LOGIN_H
#define KONTOR_PLAT_DB_DB_LOGIN_H

#include "base/err.h"
#include "base/str.h"
#include "plat/conf/conf.h"

#define DB_LOGIN_OPTION "--defaults-file=/dev/fd/3" /* the number is RUN_ALSO */
#define DB_LOGIN_PASSWORD_B 256

struct db_login {
	const struct conf *conf; /* where the server is */
	struct str user, password_file;
	const char *database;
};

/* First line of the file; empty without a file. The buffer is the caller's to wipe. ERR_UPSTREAM when it cannot be
 * read, or when no line ends within the buffer's size. */
MUST_USE bool db_login_password(struct str file, char out[DB_LOGIN_PASSWORD_B], struct err *);

/* The file of options; *fd is the caller's to close, and -1 after an error. */
MUST_USE bool db_login_open(const struct db_login *, int *fd, struct err *);

#endif
