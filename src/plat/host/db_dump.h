/* db_dump.h - a whole database, written into one compressed file of SQL and read back from it.
 *
 * mariadb-dump reads in one transaction (REPEATABLE READ, one snapshot), so that nobody waits and the file is one
 * moment of the database; mariadb runs it again; gzip packs it. The bytes pass through this process between the two:
 * so that the rows are counted as they are written, and that the programs end when this process is killed. An end of
 * any of them that is not a good one is an error with its own words. */
#ifndef KONTOR_PLAT_HOST_DB_DUMP_H
#define KONTOR_PLAT_HOST_DB_DUMP_H

#include "plat/db/db_login.h"
#include "plat/host/dump_scan.h"

struct db_dump {
	const struct db_login *login;
	const char *file;
	void (*tell)(const void *arg, uint64_t bytes_so_far); /* not packed; may be NULL */
	const void *arg;
	/* out */
	struct dump_table *tables; /* of db_dump_save(): in the file's order; on the arena */
	size_t n_tables;
	uint64_t bytes;
};

/* Makes the file, which must not be there (mode 0600), and syncs it. Tables and views with their rows: what an account
 * may do, routines and events are not in it. After an error the file is of no use. */
MUST_USE bool db_dump_save(struct db_dump *, struct arena *, struct err *);

/* Runs the file in the login's database. After an error it holds a part of it. */
MUST_USE bool db_dump_load(struct db_dump *, struct arena *, struct err *);

#endif
