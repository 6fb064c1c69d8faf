/* export_run.h - writes the catalogue as tables that the import can read. */
#ifndef KONTOR_WORK_EXPORT_RUN_H
#define KONTOR_WORK_EXPORT_RUN_H

#include <stdio.h>

#include "plat/conf/conf.h"
#include "plat/db/db.h"

struct export {
	struct db *db;
	const struct conf *conf;
	FILE *products, *translations; /* translations may be NULL */
	bool excel; /* begin files with a byte order mark */
	uint64_t n; /* out: the number of products */
};

/* Reads one snapshot of the database. ERR_UPSTREAM: the database failed, or a file cannot be written. */
MUST_USE bool export_run(struct export *, struct err *);

#endif
