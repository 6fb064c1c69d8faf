/* catalogue_generate.h - lets the database server generate products in bulk, for tests of scale.
 *
 * The same seed gives the same goods: words, prices, one to four variants, stock, 40 categories. They share the
 * pictures that the catalogue already has. Lists and search tokens are as after an import. Each seed can be used once
 * in a shop. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_GENERATE_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_GENERATE_H

#include "store/catalogue/catalogue_save.h"

#define CATALOGUE_GENERATE_MAX UINT64_C(10000000)

/* Makes `n` products, a thousand per transaction. `report`, unless NULL, is called with the number made so far.
 * ERR_CONFLICT: the seed was used before. */
MUST_USE bool catalogue_generate(
    struct catalogue_save *, uint64_t n, uint64_t seed, void (*report)(uint64_t done), struct err *);

#endif
