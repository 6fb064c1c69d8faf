/* db_dump.h - dumps a whole database into one compressed SQL file, and loads it.
 *
 * mariadb-dump reads one snapshot (REPEATABLE READ), so the dump is consistent and blocks nobody; gzip compresses it;
 * mariadb loads it. The bytes pass through this process, which counts the rows. When this process is killed, the
 * programs end too. The error of a failed program contains its standard error. */
#ifndef KONTOR_PLAT_HOST_DB_DUMP_H
#define KONTOR_PLAT_HOST_DB_DUMP_H

#include "plat/db/db_login.h"
#include "plat/host/dump_scan.h"

struct db_dump {
	const struct db_login *login;
	const char *file;
	const struct str *leave_out; /* tables and views that db_dump_save() leaves out */
	size_t n_leave_out;
	void (*progress)(const void *arg, uint64_t bytes_so_far); /* uncompressed; may be NULL */
	const void *arg;
	/* out */
	struct dump_table *tables; /* filled by db_dump_save(), in the file's order, on the arena */
	size_t n_tables;
	uint64_t bytes;
};

/* Creates the file (mode 0600), which must not exist, and syncs it. It holds tables with rows, and views; no grants,
 * routines or events. After an error the file is useless. */
MUST_USE bool db_dump_save(struct db_dump *, struct arena *, struct err *);

/* Loads the file into the login's database. After an error the database is incomplete. */
MUST_USE bool db_dump_load(struct db_dump *, struct arena *, struct err *);

#endif
