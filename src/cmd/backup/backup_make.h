/* backup_make.h - makes one backup: a folder with the database, the pictures and the configuration, and its manifest.
 *
 * The whole is consistent: the database is read in one snapshot. A picture's files are written before the row that
 * names them is committed, and never change or go; so whatever the snapshot names is there when the pictures are copied
 * afterwards. No migration runs while the database is read, since DDL does not heed snapshots.
 *
 * The folder is called NAME.part until it is complete and proven; only then does it take its name. The next backup
 * removes a .part that was abandoned. */
#ifndef KONTOR_CMD_BACKUP_BACKUP_MAKE_H
#define KONTOR_CMD_BACKUP_BACKUP_MAKE_H

#include "cmd/backup/manifest.h"
#include "plat/conf/conf.h"

#define BACKUP_DUMP "database.sql.gz"
#define BACKUP_MEDIA "media"
#define BACKUP_CONFIG "config"

/* The last two have no pictures, which neither a restore nor an upgrade touches, and other names, so that `keep` does
 * not see them. Before a restore whatever is in the database is saved, and the caller has the lock of migrations. */
enum backup_kind { BACKUP_USUAL, BACKUP_BEFORE_UPGRADE, BACKUP_BEFORE_RESTORE };

struct backup {
	const struct conf *conf;
	const char *dir;     /* of all backups; must exist */
	const char *sql_dir; /* of the migrations */
	bool check;          /* restore it on trial */
	enum backup_kind kind;
	size_t keep; /* how many backups of this shop stay, the newest; 0: all */
	/* out */
	bool made; /* true also when an old backup could not be removed afterwards */
	const char *path;
	struct manifest m;
};

/* After an error there is no new backup and the old ones are unchanged, unless b->made. */
MUST_USE bool backup_make(struct backup *, struct arena *, struct err *);

#endif
