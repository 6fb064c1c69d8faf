/* trial.h - a database of its own in which a backup is tried, made and dropped by db.backup_user.
 *
 * There is one for each shop, "NAME_trial_backup", under a lock that ends with its holder's connection: a database
 * found once the lock is held was left by a run that was killed, and is dropped. */
#ifndef KONTOR_STORE_ADMIN_TRIAL_H
#define KONTOR_STORE_ADMIN_TRIAL_H

#include "plat/db/db.h"

struct trial {
	struct db *server; /* in no database; holds the lock */
	struct db_login login; /* of the backup account, in this database */
	bool found_old; /* one was left over, and dropped */
};

/* Makes it, empty; `backup` names the shop's database. `a` must live until trial_drop(). ERR_CONFLICT when another
 * backup is being tried. */
MUST_USE bool trial_open(struct trial *, const struct db_login *backup, struct arena *, struct err *);

/* Drops it and gives the lock free. */
MUST_USE bool trial_drop(struct trial *, struct arena *, struct err *);

#endif
