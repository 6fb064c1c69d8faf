/* variant_row.h - reads a variant with its stock, for imports and exports. */
#ifndef KONTOR_STORE_CATALOGUE_VARIANT_ROW_H
#define KONTOR_STORE_CATALOGUE_VARIANT_ROW_H

#include "plat/db/db.h"
#include "shop/product.h"

/* Reads the next columns: the option values, then the fields in the order of EXPORT_VARIANTS. */
void variant_row_read(struct db_rows *, struct product_variant *);

#endif
