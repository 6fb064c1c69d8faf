/* restore_run.h - puts a backup back: the steps of `kontor restore`, in the order in which they can still be left.
 *
 * Everything that can be found wrong is found before anything is changed: the sums of the files, the trial in a
 * database of its own. Pictures come next, since one more harms nothing. Then ordering is paused, what is in the
 * database is saved, and only then is it emptied. From there on an error leaves a database of no use, and orders
 * paused; the same command begins again. */
#ifndef KONTOR_CMD_BACKUP_RESTORE_RUN_H
#define KONTOR_CMD_BACKUP_RESTORE_RUN_H

#include "cmd/backup/manifest.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/control/control.h"

struct restore {
	const struct conf *conf;
	const char *backup;            /* its folder */
	const char *sql_dir;           /* of the migrations */
	const char *safety_dir;        /* for a backup of the present state; NULL: none is made */
	bool check;                    /* restore it on trial first */
	bool (*ask)(const char *what); /* asks before anything is changed; NULL: do not ask */
	/* out */
	struct manifest m;
	const char *safety; /* the backup of the former state; NULL: none */
	const char *how;    /* after an error: the state of the shop, and the next step */
	/* own */
	struct arena *a;
	struct control control;
	bool was_paused, paused; /* was: by the operator; paused: by us, now */
	struct db *db;
	uint64_t next_order_id; /* before */
};

/* Fails also when it was asked and the answer was no. */
MUST_USE bool restore_run(struct restore *, struct arena *, struct err *);

#endif
