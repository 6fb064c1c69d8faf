/* accounts.h - the SQL that creates the database accounts, with the names from the configuration.
 *
 * The database administrator runs etc/sql/accounts.sql, which creates the accounts; etc/sql/grants.sql gives them their
 * rights. Placeholders in both: @db@ is the database, @trial@ the pattern of trial databases, @web@, @jobs@, @tool@,
 * @backup@ are the accounts, @web_password@ and so on their passwords, @web_anywhere@ and so on the same accounts with
 * the host % if db.login_from narrows them. */
#ifndef KONTOR_STORE_ADMIN_ACCOUNTS_H
#define KONTOR_STORE_ADMIN_ACCOUNTS_H

#include "plat/db/db_login.h"

/* The name of a trial database begins with the shop's name and this. */
#define ACCOUNTS_TRIAL "_trial_"

/* Fills in the placeholders from the logins (db_login_all()). Omits lines with the password of an account without a
 * password file. ERR_INPUT if a password file cannot be read or is empty. */
MUST_USE bool accounts_fill(
    struct arena *, const struct db_login *logins, struct str text, struct str *out, struct err *);

#endif
