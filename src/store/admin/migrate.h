/* migrate.h - brings the database's schema to the one that this release is written for.
 *
 * The schema is a row of files, NNNN_name.sql, numbered without gaps. They are applied in order, one migrator at a
 * time, and each is noted in schema_migration with its checksum. A file that was changed after it was applied is
 * refused by name: what is in the database would no longer be what the files say. MariaDB cannot roll a CREATE or
 * ALTER back, so a file may end half done: how many of its statements were done is noted too, the next run refuses
 * to go on, and `resume` goes on behind the last that was done, once the file or the database has been put right.
 *
 * In the end grants.sql, if it is there, gives the accounts their rights (accounts.h). */
#ifndef KONTOR_STORE_ADMIN_MIGRATE_H
#define KONTOR_STORE_ADMIN_MIGRATE_H

#include "plat/db/db.h"

struct migrate {
	struct db *db; /* opened as DB_MIGRATE */
	const struct db_login *logins; /* of all accounts, for the rights */
	const char *dir;
	bool dry_run, resume, no_grants;
	void (*say)(const char *text); /* progress, one line each */
	/* out */
	unsigned n_applied, n_waiting;
};

/* Until migrate_unlock() nobody else changes the schema of the database that `db` is in. The same connection may take
 * it again. ERR_CONFLICT when another one has it. */
MUST_USE bool migrate_lock(struct db *, struct arena *, struct err *);
void migrate_unlock(struct db *, struct arena *);

/* ERR_INPUT: files missing, doubled or changed. ERR_CONFLICT: half applied, or another migrator is at work.
 * ERR_UPSTREAM, ERR_BUG: what the database said, with file and line. */
MUST_USE bool migrate_run(struct migrate *, struct arena *, struct err *);

/* Makes the table of store/control_store.h, which is in no dump, where it is missing. migrate_run() does so too. */
MUST_USE bool migrate_control(struct migrate *, struct arena *, struct err *);

#endif
