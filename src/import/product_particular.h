/* product_particular.h - brings a cell with a particular of a product into its canonical form. Pure. */
#ifndef KONTOR_IMPORT_PRODUCT_PARTICULAR_H
#define KONTOR_IMPORT_PRODUCT_PARTICULAR_H

#include "shop/particular/particular.h"

/* The particular whose column has this name; PARTICULAR__MAX: none. */
enum particular particular_of_column(struct str name);

/* *out is on the arena, or none for an empty cell. `point`: the table's decimal sign. Returns NULL, or a remark: the
 * value was cut, or (*out none) is unusable. */
const char *particular_cell(struct arena *, enum particular, struct str cell, char point, struct str *out);

/* Drops values that do not fit one another. Returns a remark with the particular that it is about, or NULL. */
const char *particulars_settle(struct particulars *, enum particular *about);

#endif
