/* export_run.h - writes the catalogue as tables that the import can read. */
#ifndef KONTOR_WORK_EXPORT_RUN_H
#define KONTOR_WORK_EXPORT_RUN_H

#include <stdio.h>

#include "plat/conf/conf.h"
#include "plat/db/db.h"

struct export {
	struct db *db;
	const struct conf *conf;
	FILE *products, *translations; /* the second may be NULL */
	uint64_t n; /* out: products */
};

/* In one snapshot of the database, product by product. ERR_UPSTREAM: the database, or a file cannot be written. */
MUST_USE bool export_run(struct export *, struct err *);

#endif
