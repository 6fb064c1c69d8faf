/* catalogue_read_impl.h - shared by the catalogue_read files only. */
#ifndef KONTOR_STORE_CATALOGUE_CATALOGUE_READ_IMPL_H
#define KONTOR_STORE_CATALOGUE_CATALOGUE_READ_IMPL_H

#include "store/catalogue/catalogue_read.h"

/* Reads the four columns from which the unit price is computed. */
void catalogue_read_measure(struct db_rows *, struct catalogue_measure *);

#endif
