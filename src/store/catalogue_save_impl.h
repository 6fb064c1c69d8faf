/* catalogue_save_impl.h - what the parts of saving share; nobody else includes it. */
#ifndef KONTOR_STORE_CATALOGUE_SAVE_IMPL_H
#define KONTOR_STORE_CATALOGUE_SAVE_IMPL_H

#include "store/catalogue_save.h"

/* Lists go into statements as JSON: an array of arrays. */
struct rows_json {
	struct buf b;
	bool first_row, first_cell;
};

void rows_init(struct rows_json *, struct arena *);
void rows_begin(struct rows_json *);
void rows_str(struct rows_json *, struct str);
void rows_i64(struct rows_json *, int64_t);
void rows_null(struct rows_json *);
void rows_end(struct rows_json *);
MUST_USE bool rows_done(struct rows_json *, struct str *out, struct err *);

/* Variants, prices and stock of a product that is in the database. */
MUST_USE bool catalogue_save_variants(
    struct catalogue_save *, uint64_t id, const struct product *, struct catalogue_saved *, struct err *);

/* Stock alone, when nothing else has changed. */
MUST_USE bool catalogue_save_stock(
    struct catalogue_save *, uint64_t id, const struct product *, struct catalogue_saved *, struct err *);

#endif
