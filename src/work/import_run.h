/* import_run.h - tables of products and translations, with their pictures, into the catalogue.
 *
 * The tables are read row by row; batches of whole products are saved, each in one transaction. What cannot be
 * taken is reported as file:line:column and left out, and the rest goes in. Running the same again changes nothing. */
#ifndef KONTOR_WORK_IMPORT_RUN_H
#define KONTOR_WORK_IMPORT_RUN_H

#include <stdio.h>

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"

struct import_counts {
	uint64_t rows, rows_refused, notes;
	uint64_t products_new, products_changed, products_same, products_refused, products_renamed;
	uint64_t variants_new, variants_changed, variants_same, variants_gone, stock_moved;
	uint64_t pictures_new, pictures_same, pictures_missing, pictures_remote, pictures_broken,
	    pictures_not_looked_for;
	uint64_t texts_new, texts_changed, texts_same;
};

#define IMPORT_LANGS_MAX 32

struct import {
	struct arena *a;
	struct db *db; /* as DB_TOOL */
	const struct conf *conf;
	const char *products, *images, *translations; /* any may be NULL */
	struct cache *cache; /* stale values are deleted at once; NULL: kontor-jobs does it */
	FILE *report;	/* a line per problem; NULL: none */
	bool set_stock, dry_run, progress;
	int64_t now_s;
	/* out */
	struct import_counts n;
	struct str langs[IMPORT_LANGS_MAX]; /* of the translations */
	size_t n_langs;
};

/* ERR_INPUT or ERR_NOT_FOUND: a file cannot be read at all; otherwise the database's errors. What was committed
 * before stays; running it again goes on. */
MUST_USE bool import_run(struct import *, struct err *);

/* The number of changes. */
uint64_t import_changes(const struct import *);

void import_summary(const struct import *, FILE *);

#endif
