/* catalogue_read_impl.h - what the parts of reading share; nobody else includes it. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_READ_IMPL_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_READ_IMPL_H

#include "store/catalogue/catalogue_read.h"

/* Four columns: what the unit price is made from. */
void catalogue_read_measure(struct db_rows *, struct catalogue_measure *);

#endif
