/* catalogue_generate.h - products by the thousand, for tests of scale; made by the database server itself.
 *
 * The same seed gives the same goods: words, prices, one to four variants, stock, 40 categories. Their pictures are
 * those that the catalogue has already. Lists and search tokens are those that an import of these goods would make. A
 * seed can be used once in a shop. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_GENERATE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_GENERATE_H

#include "store/catalogue/catalogue_save.h"

#define CATALOGUE_GENERATE_MAX UINT64_C(10000000)

/* Makes `n` products in transactions of some thousand; `report` (or NULL) hears how many there are. ERR_CONFLICT: the
 * seed was used before. */
MUST_USE bool catalogue_generate(
    struct catalogue_save *, uint64_t n, uint64_t seed, void (*report)(uint64_t done), struct err *);

#endif
