/* cell.h - a row of a table as it was read from a file: texts with their places.
 *
 * Between the reader (plat/csv) and the domain (shop/product_csv), which must not know each other. */
#ifndef KONTOR_BASE_CELL_H
#define KONTOR_BASE_CELL_H

#include "base/str.h"

struct cell {
	struct str text;
	uint32_t line, col; /* from 1; the column counts code points */
};

struct cells {
	const struct cell *cell;
	size_t n;
	uint32_t line; /* where the row begins */
};

#endif
