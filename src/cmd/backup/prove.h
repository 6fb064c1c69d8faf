/* prove.h - shows that a backup's dump can be restored: by restoring it, in a database of its own.
 *
 * As many rows as the manifest says, the newest order among them, the migrations that are still to come, and then the
 * promises of `kontor verify`. Those that depend on the hour (what waits for how long) say something about the running
 * of the shop and nothing about the copy: they are printed, but do not count. */
#ifndef KONTOR_CMD_BACKUP_PROVE_H
#define KONTOR_CMD_BACKUP_PROVE_H

#include "cmd/backup/manifest.h"
#include "plat/db/db_login.h"

struct prove {
	struct db_login backup; /* the account that may make the trial's database; names the shop's */
	const char *dump;       /* the file */
	const char *sql_dir;    /* of the migrations */
	const struct manifest *m;
};

/* Removes the trial's database in any case. */
MUST_USE bool prove_dump(const struct prove *, struct arena *, struct err *);

/* Checks the promises in the database of the login as of `now_s` and prints breaches to standard error. *n_broken:
 * without those that depend on the hour. */
MUST_USE bool prove_books(const struct db_login *, int64_t now_s, size_t *n_broken, struct arena *, struct err *);

#endif
