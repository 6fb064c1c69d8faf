/* import_run.h - imports tables of products and translations, with pictures, into the catalogue.
 *
 * The tables are read row by row. Batches of complete products are saved, each in one transaction. Invalid rows are
 * reported as file:line:column and left out; the others are imported. Repeating an import changes nothing. */
#ifndef KONTOR_WORK_IMPORT_RUN_H
#define KONTOR_WORK_IMPORT_RUN_H

#include <stdio.h>

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"
#include "plat/host/fetch.h"

struct import_counts {
	uint64_t rows, rows_refused, notes;
	bool inventory; /* the table was one of quantities */
	uint64_t stock_same, stock_unknown; /* of such a table: variants */
	uint64_t unstocked; /* new variants whose stock is counted, without a quantity in the table */
	uint64_t products_new, products_changed, products_same, products_refused, products_renamed;
	uint64_t variants_new, variants_changed, variants_same, variants_gone, stock_moved;
	uint64_t pictures_fetched;
	uint64_t pictures_new, pictures_same, pictures_missing, pictures_remote, pictures_broken,
	    pictures_not_looked_for;
	uint64_t texts_new, texts_changed, texts_same;
};

#define IMPORT_LANGS_MAX 32

struct import_kinds;

struct import {
	struct arena *a;
	struct db *db; /* as DB_TOOL */
	const struct conf *conf;
	const char *products, *images, *translations; /* any may be NULL */
	struct cache *cache;  /* to delete stale values at once; NULL: kontor-jobs deletes them */
	bool inventory; /* `products` is an inventory table; it is also recognised by its header */
	const char *location; /* of an inventory table; NULL: the sum of all */
	const char *encoding; /* of the tables, as iconv names it; NULL: to be found */
	FILE *report;         /* a line per finding; NULL: none */
	bool fetch; /* download pictures that are not in `images` */
	public_allowed_fn *fetch_allowed; /* for tests; NULL: public addresses only */
	bool set_stock, dry_run, progress;
	bool renames; /* see catalogue_save.h */
	int64_t now_s;
	/* out */
	struct import_kinds *kinds; /* for import_findings() */
	struct import_counts n;
	struct str langs[IMPORT_LANGS_MAX]; /* of the translations */
	size_t n_langs;
};

/* ERR_INPUT or ERR_NOT_FOUND: a file cannot be read at all; otherwise the database's errors. Committed batches stay;
 * repeating the import continues it. */
MUST_USE bool import_run(struct import *, struct err *);

/* The number of changes. */
uint64_t import_changes(const struct import *);

/* All findings, those that differ only in numbers and quoted texts in one line. */
void import_findings(const struct import *, FILE *);

void import_summary(const struct import *, FILE *);

#endif
