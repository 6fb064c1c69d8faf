/* accounts.h - the SQL of the database accounts, with names from the configuration filled in.
 *
 * etc/sql/accounts.sql creates them and is run by the database administrator; etc/sql/grants.sql gives them their
 * rights. Placeholders in both: @db@ is the database, @trial@ the pattern of trial databases, @web@, @jobs@, @tool@,
 * @backup@ are the accounts, @web_password@ and so on their passwords. */
#ifndef KONTOR_STORE_ADMIN_ACCOUNTS_H
#define KONTOR_STORE_ADMIN_ACCOUNTS_H

#include "plat/db/db_login.h"

/* The name of a trial database begins with the shop's name and this. */
#define ACCOUNTS_TRIAL "_trial_"

/* Fills in the placeholders from the logins (db_login_all()). Omits a line with the password of an account that has no
 * password file. ERR_INPUT if a password file cannot be read or is empty. */
MUST_USE bool accounts_fill(
    struct arena *, const struct db_login *logins, struct str text, struct str *out, struct err *);

#endif
