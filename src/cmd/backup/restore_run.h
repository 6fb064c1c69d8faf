/* restore_run.h - restores a backup: the steps of `kontor restore`.
 *
 * First come the steps that change nothing: checking the sums of the files, and the trial restore. The next step
 * restores missing pictures, which is harmless. Then ordering is paused, the database is saved, and finally emptied and
 * loaded. An error in this last step leaves the database unusable and ordering paused; running the same command again
 * is safe. */
#ifndef KONTOR_CMD_BACKUP_RESTORE_RUN_H
#define KONTOR_CMD_BACKUP_RESTORE_RUN_H

#include "cmd/backup/manifest.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/control/control.h"
#include "store/customer/customer_store.h"

struct restore {
	const struct conf *conf;
	const char *backup;            /* its folder */
	const char *sql_dir;           /* of the migrations */
	const char *safety_dir;        /* for a backup of the current state; NULL: none is made */
	bool check;                    /* make a trial restore first */
	bool (*ask)(const char *what); /* asks before anything is changed; NULL: do not ask */
	/* out */
	struct manifest m;
	const char *safety; /* the backup of the previous state; NULL: none */
	const char *how;    /* after an error: the state of the shop, and the next step */
	/* own */
	struct arena *a;
	struct control control;
	bool was_paused, paused; /* was_paused: by the operator before; paused: by the restore */
	struct db *db;
	uint64_t next_order_id; /* before the restore */
	struct customer_erasures erased; /* likewise: to be erased again */
};

/* Also fails if `ask` returned false. */
MUST_USE bool restore_run(struct restore *, struct arena *, struct err *);

#endif
