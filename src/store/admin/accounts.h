/* accounts.h - SQL about the database's accounts, with the configuration's names filled in.
 *
 * etc/sql/accounts.sql makes them, as the database's administrator; etc/sql/grants.sql gives them their rights. In both
 * @db@ stands for the database, @trial@ for those in which backups are tried, and @web@, @jobs@, @tool@, @backup@ for
 * the accounts; @web_password@ and so on for their passwords. */
#ifndef KONTOR_STORE_ADMIN_ACCOUNTS_H
#define KONTOR_STORE_ADMIN_ACCOUNTS_H

#include "plat/db/db_login.h"

/* Names of databases in which a backup is tried begin with this behind the shop's own name. */
#define ACCOUNTS_TRIAL "_trial_"

/* The text with all that filled in from the logins (db_login_all()); a line with the password of an account that has no
 * password file is left out. ERR_INPUT when a password file cannot be read or is empty. */
MUST_USE bool accounts_fill(
    struct arena *, const struct db_login *logins, struct str text, struct str *out, struct err *);

#endif
