/* import_impl.h - shared by the files of the import, and private to them. */
#ifndef KONTOR_WORK_IMPORT_IMPL_H
#define KONTOR_WORK_IMPORT_IMPL_H

#include "work/import_run.h"
#include "plat/text/csv.h"
#include "import/product_csv.h"
#include "import/translation_csv.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/catalogue/catalogue_save.h"

/* A set of texts by their hash, with a fixed size: when it is full, new ones are not remembered. */
struct import_set {
	uint64_t *slot;
	size_t n, n_slots;
};

bool import_set_has(const struct import_set *, struct str);
void import_set_add(struct import_set *, struct str);

struct import_run {
	struct import *im;
	const char *file; /* being read, for the report */
	struct arena group, scratch, picture;
	struct import_set in_file, done, pictures;
	struct picture_known *known;
	int images_fd;
	struct catalogue_save save;
	uint64_t size_b, shown_ns;
	bool cache_silent; /* memcached did not confirm a delete: the outbox does the rest */
};

/* The report's function for product_csv and translation_csv; arg is struct import_run. */
void import_note(void *arg, const struct product_note *);

/* One line of the report. */
void import_say(struct import_run *, bool refused, uint32_t line, uint32_t col, const char *column, const char *why);

void import_progress(struct import_run *, const struct csv *, bool last);

/* Finds, checks and stores the pictures of a product; missing or broken ones are reported. False only for errors of
 * the disk. */
MUST_USE bool import_pictures(struct import_run *, struct product *, struct err *);
MUST_USE bool import_pictures_open(struct import_run *, struct err *);

/* Runs the body in a transaction, or, in a dry run, in one that is rolled back. */
MUST_USE bool import_tx(struct import_run *, db_body *, void *arg, struct err *);

/* After the commit of a change: deletes what the cache holds of the products. */
MUST_USE bool import_forget(struct import_run *, const struct catalogue_stale *, struct err *);

/* Pictures of categories: files named category-SLUG.webp, .png or .jpg beside the others. */
MUST_USE bool import_category_pictures(struct import_run *, struct err *);

MUST_USE bool import_products(struct import_run *, struct err *);
MUST_USE bool import_translations(struct import_run *, struct err *);

/* Opens a table for reading and takes its size. */
MUST_USE bool import_open(struct import_run *, const char *file, int *fd, struct csv **, struct err *);

#endif
