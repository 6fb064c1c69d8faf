/* trial.h - the database of a trial restore, created and dropped with db.backup_user.
 *
 * Each shop has at most one, "NAME_trial_backup". A lock, which ends with its connection, protects it. If the database
 * exists when the lock is acquired, it was left behind by a killed run and is dropped. */
#ifndef KONTOR_STORE_ADMIN_TRIAL_H
#define KONTOR_STORE_ADMIN_TRIAL_H

#include "plat/db/db.h"

struct trial {
	struct db *server; /* connected without a database; holds the lock */
	struct db_login login; /* of the backup account, in this database */
	bool found_old; /* an old database was found and dropped */
};

/* Creates the empty trial database. `backup` is the login to the shop's database. `a` must live until trial_drop().
 * ERR_CONFLICT if another trial restore is running. */
MUST_USE bool trial_open(struct trial *, const struct db_login *backup, struct arena *, struct err *);

/* Drops the trial database and releases the lock. */
MUST_USE bool trial_drop(struct trial *, struct arena *, struct err *);

#endif
