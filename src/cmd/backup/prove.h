/* prove.h - proves that the dump of a backup can be restored, by a trial restore in a separate database.
 *
 * The restored database must have the manifest's numbers of rows and the newest order. Pending migrations must succeed,
 * and the invariants of `kontor verify` must hold. An invariant about how long something has waited concerns the
 * running shop, not the copy: a breach of it is printed, but does not count. */
#ifndef KONTOR_CMD_BACKUP_PROVE_H
#define KONTOR_CMD_BACKUP_PROVE_H

#include "cmd/backup/manifest.h"
#include "plat/db/db_login.h"

struct prove {
	struct db_login backup; /* the account that may create the trial database; `database` is the shop's */
	const char *dump;       /* the file of the dump */
	const char *sql_dir;    /* of the migrations */
	const struct manifest *m;
};

/* Drops the trial database in any case. */
MUST_USE bool prove_dump(const struct prove *, struct arena *, struct err *);

/* Checks the invariants in the login's database as of `now_s` and prints breaches to standard error. *n_broken omits
 * invariants about how long something has waited. */
MUST_USE bool prove_books(const struct db_login *, int64_t now_s, size_t *n_broken, struct arena *, struct err *);

#endif
