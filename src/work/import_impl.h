/* import_impl.h - shared by the files of the import, and private to them. */
#ifndef KONTOR_WORK_IMPORT_IMPL_H
#define KONTOR_WORK_IMPORT_IMPL_H

#include "import/product_csv.h"
#include "import/translation_csv.h"
#include "plat/text/csv.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/catalogue/catalogue_save.h"
#include "work/import_run.h"

/* A set of hashes of texts, of fixed size. A full set ignores additions. */
struct import_set {
	uint64_t *slot;
	size_t n, n_slots;
};

bool import_set_has(const struct import_set *, struct str);
void import_set_add(struct import_set *, struct str);

/* An empty set with as much room as another. */
MUST_USE bool import_set_like(struct import_set *, const struct import_set *model, struct arena *, struct err *);

struct import_run {
	struct import *im;
	const char *file; /* the file being read, for the report */
	struct arena tables, group, scratch, picture; /* tables: for the whole run */
	struct import_set in_file, done, pictures, rows;
	struct picture_known *known;
	int images_fd;
	struct catalogue_save save;
	struct import_fetch *fetch; /* NULL: no pictures are fetched */
	uint64_t size_b, done_b, shown_ns;
	bool cache_silent; /* memcached did not confirm a delete: kontor-jobs repeats it from the outbox */
};

/* Reports a finding, also one of product_csv or translation_csv. arg: struct import_run. */
void import_note(void *arg, const struct product_note *);

/* The same. */
void import_say(struct import_run *, bool refused, uint32_t line, uint32_t col, const char *column, const char *why);

void import_progress(struct import_run *, const struct csv *, bool last);
void import_show(struct import_run *, bool last); /* the same between two rows */

/* Gives a product whose handle is made (product.h) one that no other product has. */
MUST_USE bool import_handle(struct import_run *, struct product *, struct err *);

/* Finds, checks and stores the pictures of a product. Reports missing or broken pictures. False only for disk
 * errors. */
MUST_USE bool import_pictures(struct import_run *, struct product *, struct err *);
MUST_USE bool import_pictures_open(struct import_run *, struct err *);

/* Downloads pictures (--fetch). import_fetched_name() is the file of an address, on the arena. import_fetch() downloads
 * to it; *why is NULL when it succeeded, else the reason. False only for disk errors. */
MUST_USE bool import_fetch_open(struct import_run *, struct err *);
MUST_USE bool import_fetched_name(struct arena *, struct str url, struct str *name, struct err *);
MUST_USE bool import_fetch(struct import_run *, struct str url, struct str name, const char **why, struct err *);

/* Runs the body in a transaction. A dry run rolls it back. */
MUST_USE bool import_tx(struct import_run *, db_body *, void *arg, struct err *);

/* Deletes the products' values from the cache. To be called after the COMMIT. */
MUST_USE bool import_forget(struct import_run *, const struct catalogue_stale *, struct err *);

/* Imports the pictures of categories: files in the same folder named category-SLUG.webp, .png or .jpg. */
MUST_USE bool import_category_pictures(struct import_run *, struct err *);

MUST_USE bool import_products(struct import_run *, struct err *);

/* Imports the quantities of an inventory table. */
MUST_USE bool import_inventory(struct import_run *, int fd, struct err *);
MUST_USE bool import_translations(struct import_run *, struct err *);

/* Opens a table, converted to UTF-8 if necessary, and notes its size. The caller closes *fd, also after an error. */
MUST_USE bool import_open(struct import_run *, const char *file, int *fd, struct err *);

#endif
