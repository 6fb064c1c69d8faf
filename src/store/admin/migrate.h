/* migrate.h - brings the database to the schema of this release.
 *
 * The schema is a series of files, NNNN_name.sql, numbered without gaps. They are applied in order, by one migrator at
 * a time, and each is recorded in schema_migration with its checksum. A file that was changed after it was applied is
 * refused, since the database would no longer match the files.
 *
 * An interrupted run is continued by the next one, wherever it was killed. The number of executed statements is
 * recorded; for a change of data, in its transaction. CREATE and ALTER commit by themselves, so the shape of the schema
 * (schema.h) is recorded before each: if it has changed, the statement was executed. `resume` also continues an
 * unfinished file that was changed since.
 *
 * Finally access.sql, if present, creates the views and procedures, and grants.sql gives the accounts their rights
 * (accounts.h). */
#ifndef KONTOR_STORE_ADMIN_MIGRATE_H
#define KONTOR_STORE_ADMIN_MIGRATE_H

#include "plat/db/db.h"

struct migrate {
	struct db *db; /* opened as DB_MIGRATE */
	const struct db_login *logins; /* of all accounts, for grants.sql; NULL with no_grants */
	const char *dir;
	bool dry_run, resume, no_grants;
	bool keep_rights; /* leaves out each REVOKE of grants.sql */
	void (*say)(const char *text); /* progress, one line per call */
	/* out */
	unsigned n_applied, n_waiting;
};

/* Locks the schema of the current database of `db` against other migrators until migrate_unlock(). Recursive on one
 * connection. ERR_CONFLICT if another connection has the lock. */
MUST_USE bool migrate_lock(struct db *, struct arena *, struct err *);
void migrate_unlock(struct db *, struct arena *);

/* ERR_INPUT: a file is missing, duplicated or changed. ERR_CONFLICT: a half applied file was changed, or another
 * migrator is running. ERR_UPSTREAM, ERR_BUG: a database error, with file and line. */
MUST_USE bool migrate_run(struct migrate *, struct arena *, struct err *);

/* Creates the table of store/control_store.h if it is missing, as after a restore: dumps do not contain it.
 * migrate_run() does the same. */
MUST_USE bool migrate_control(struct migrate *, struct arena *, struct err *);

#endif
