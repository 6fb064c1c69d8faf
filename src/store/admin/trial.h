/* trial.h - the database of a trial restore, created and dropped with db.backup_user.
 *
 * Each shop has one, "NAME_trial_backup", protected by a lock that ends with its connection. If the database already
 * exists when the lock is taken, a killed run has left it behind: it is dropped. */
#ifndef KONTOR_STORE_ADMIN_TRIAL_H
#define KONTOR_STORE_ADMIN_TRIAL_H

#include "plat/db/db.h"

struct trial {
	struct db *server; /* connected without a database; holds the lock */
	struct db_login login; /* of the backup account, in this database */
	bool found_old; /* one was left behind, and dropped */
};

/* Creates it empty; `backup` names the shop's database. `a` must live until trial_drop(). ERR_CONFLICT if another trial
 * restore is running. */
MUST_USE bool trial_open(struct trial *, const struct db_login *backup, struct arena *, struct err *);

/* Drops it and releases the lock. */
MUST_USE bool trial_drop(struct trial *, struct arena *, struct err *);

#endif
