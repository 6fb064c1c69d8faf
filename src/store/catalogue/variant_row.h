/* variant_row.h - a variant's row with its stock, as an import compares it and an export writes it. */
#ifndef KONTOR_STORE_CATALOGUE_VARIANT_ROW_H
#define KONTOR_STORE_CATALOGUE_VARIANT_ROW_H

#include "plat/db/db.h"
#include "shop/product.h"

/* The next columns: the options' values, then the fields as EXPORT_VARIANTS names them. */
void variant_row_read(struct db_rows *, struct product_variant *);

#endif
