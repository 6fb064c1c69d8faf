/* csv.h - reads and writes tables in RFC 4180 format, row by row, in constant memory.
 *
 * The reader accepts CRLF, LF and CR, a byte order mark, line breaks and doubled quotes inside quoted fields. The
 * separator is comma, semicolon or tab, whichever is most frequent in the first line, or the one that a line "sep=;"
 * before the header names. Beyond the RFC, a quote inside an unquoted field is literal, and NUL bytes are dropped. A
 * malformed row is reported with its position, and reading continues after it. Empty lines are skipped.
 *
 * Spreadsheets execute cells that begin with = + - @ TAB or CR as formulas. The writer prefixes such a cell with an
 * apostrophe, unless the cell is a plain number. It also prefixes a cell in which only apostrophes precede such a
 * character. The reader removes one apostrophe, so a round trip changes nothing. */
#ifndef KONTOR_PLAT_TEXT_CSV_H
#define KONTOR_PLAT_TEXT_CSV_H

#include "base/buf.h"
#include "plat/text/cell.h"

#define CSV_COLUMNS_MAX 512
#define CSV_FIELD_MAX_B ((size_t)2 << 20)
#define CSV_ROW_MAX_B ((size_t)4 << 20)

struct csv;

enum csv_got {
	CSV_ROW, /* *row is filled; valid until the next call */
	CSV_BAD, /* malformed row; *bad is filled */
	CSV_END,
	CSV_FAILED /* reading failed, or the file is not a table; err is filled */
};

struct csv_bad {
	uint32_t line, col;
	const char *why;
};

/* Reads from a descriptor, which the caller still owns. Allocates about 4.3 MB on the arena once. */
MUST_USE bool csv_open(struct arena *, int fd, struct csv **, struct err *);

/* Reads from memory, which is borrowed. */
MUST_USE bool csv_open_mem(struct arena *, struct str, struct csv **, struct err *);

MUST_USE enum csv_got csv_next(struct csv *, struct cells *row, struct csv_bad *bad, struct err *);

/* The separator of the fields, once a row was read. */
char csv_separator(const struct csv *);

/* Bytes consumed so far, for a progress display. */
uint64_t csv_done_b(const struct csv *);

/* Appends one field, quoted if necessary. `first`: it begins a row. */
void csv_put(struct buf *, struct str, bool first);

/* Ends a row: CRLF. */
void csv_end_row(struct buf *);

#endif
