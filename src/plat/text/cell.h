/* cell.h - one row of a table file: cells of text with line and column.
 *
 * plat/text/csv.h fills it and the file dialects in import/ read it; neither depends on the other. */
#ifndef KONTOR_PLAT_TEXT_CELL_H
#define KONTOR_PLAT_TEXT_CELL_H

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
