/* backup_make.h - makes a backup: a folder with database, pictures, configuration and a manifest.
 *
 * A backup is consistent. The database is read in one snapshot, and the pictures are copied afterwards. A picture's
 * files are written before the row that names them is committed, and are never changed or deleted, so all pictures of
 * the snapshot exist. No migration runs while the database is read, since DDL ignores snapshots.
 *
 * The folder is called NAME.part until it is complete and proven. The next backup removes an abandoned NAME.part. */
#ifndef KONTOR_CMD_BACKUP_BACKUP_MAKE_H
#define KONTOR_CMD_BACKUP_BACKUP_MAKE_H

#include "cmd/backup/manifest.h"
#include "plat/conf/conf.h"

#define BACKUP_DUMP "database.sql.gz"
#define BACKUP_CONFIG "config"

/* The last two omit the pictures, which neither a restore nor an upgrade deletes. `keep` ignores them by their names.
 * BEFORE_RESTORE also saves a database without the schema of a shop; the caller must hold the lock of migrations. */
enum backup_kind { BACKUP_USUAL, BACKUP_BEFORE_UPGRADE, BACKUP_BEFORE_RESTORE };

struct backup {
	const struct conf *conf;
	const char *dir;     /* the folder of all backups; must exist */
	const char *sql_dir; /* of the migrations */
	bool check;          /* make a trial restore */
	enum backup_kind kind;
	size_t keep; /* number of newest backups of this shop to keep; 0: all */
	/* out */
	bool made;    /* there is a new, complete backup, even if a later step failed */
	bool durable; /* it survives a power failure */
	const char *path;
	struct manifest m;
};

/* False: unless b->made, there is no new backup and the old ones are unchanged. */
MUST_USE bool backup_make(struct backup *, struct arena *, struct err *);

#endif
