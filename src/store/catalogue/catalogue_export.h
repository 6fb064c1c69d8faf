/* catalogue_export.h - reads all products, including drafts, in the form that the import takes.
 *
 * Importing an export changes nothing. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_EXPORT_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_EXPORT_H

#include "plat/db/db.h"
#include "shop/product.h"
#include "shop/translation.h"

/* Reads the product with the smallest id above *id, and sets *id to its id. *p is NULL after the last product.
 * `own_lang` is the language of its texts. Variants marked as gone are left out. */
MUST_USE bool catalogue_export_next(
    struct db *, struct arena *, struct str own_lang, uint64_t *id, struct product **p, struct err *);

/* The labels of all specifications, in the order in which products show them. */
MUST_USE bool catalogue_export_labels(struct db *, struct arena *, struct str **labels, size_t *n, struct err *);

struct catalogue_texts {
	struct translation *v;
	size_t n;
};

/* A product's texts in other languages. */
MUST_USE bool catalogue_export_texts(
    struct db *, struct arena *, struct str own_lang, uint64_t id, struct catalogue_texts *, struct err *);

/* All texts of categories, and all terms in other languages. */
MUST_USE bool catalogue_export_words(
    struct db *, struct arena *, struct str own_lang, struct catalogue_texts *, struct err *);

#endif
