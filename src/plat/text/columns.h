/* columns.h - a table for a terminal: columns as wide as their widest cell.
 *
 * Width is that of a terminal: 2 for Chinese signs, 0 for combining marks. Control characters, and those that change
 * the direction of text, are shown as '?': what a buyer typed must not steer the terminal of the shop's staff. */
#ifndef KONTOR_PLAT_TEXT_COLUMNS_H
#define KONTOR_PLAT_TEXT_COLUMNS_H

#include "base/buf.h"

#define COLUMNS_MAX 12

struct columns {
	struct arena *a;
	size_t n; /* columns */
	struct {
		bool right; /* figures are aligned at the right */
		size_t width;
	} column[COLUMNS_MAX];
	struct str *cell; /* row after row */
	size_t n_cells, max_cells;
};

/* Cells that a terminal draws the text with. */
size_t columns_width(struct str);

/* The text without what would steer a terminal; line ends become blanks unless `lines`. */
struct str columns_plain(struct arena *, struct str, bool lines);

/* The names of the columns, separated by '|', make the first row; '>' before one aligns it at the right. At most
 * COLUMNS_MAX. */
void columns_init(struct columns *, struct arena *, const char *names);

/* The next cell, row by row. */
void columns_put(struct columns *, struct str);

/* Writes the rows, with two blanks between columns and none at the ends of lines. Without a row below the names it
 * writes nothing. */
void columns_print(const struct columns *, struct buf *);

#endif
