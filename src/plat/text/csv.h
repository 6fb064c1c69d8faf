/* csv.h - reading and writing tables as RFC 4180 has them, row by row, in constant memory.
 *
 * The reader takes CRLF, LF and CR, a byte order mark, line breaks and doubled quotes inside quoted fields, and the
 * separators comma, semicolon and tab (the one that is most frequent in the first line). Beyond the RFC, a quote in
 * the middle of an unquoted field is taken as it stands. A row that breaks the rules is reported with its place and
 * reading goes on behind it. Empty lines are passed over.
 *
 * Spreadsheets run cells that begin with = + - @ TAB or CR as formulas. The writer puts an apostrophe in front of
 * these (not in front of plain numbers) and of those that have apostrophes in front of such a character; the reader
 * takes one away: what was written is what is read. */
#ifndef KONTOR_PLAT_TEXT_CSV_H
#define KONTOR_PLAT_TEXT_CSV_H

#include "base/buf.h"
#include "base/cell.h"

#define CSV_COLUMNS_MAX 512
#define CSV_FIELD_MAX_B ((size_t)256 << 10)
#define CSV_ROW_MAX_B ((size_t)1 << 20)

struct csv;

enum csv_got {
	CSV_ROW, /* *row is filled; valid until the next call */
	CSV_BAD, /* *bad is filled: this row cannot be read */
	CSV_END,
	CSV_FAILED /* reading failed or this is no table at all; err is filled */
};

struct csv_bad {
	uint32_t line, col;
	const char *why;
};

/* Reads from a descriptor, which stays the caller's; takes about 1.3 MB of the arena once. */
MUST_USE bool csv_open(struct arena *, int fd, struct csv **, struct err *);

/* Reads from memory, which stays the caller's. */
MUST_USE bool csv_open_mem(struct arena *, struct str, struct csv **, struct err *);

MUST_USE enum csv_got csv_next(struct csv *, struct cells *row, struct csv_bad *bad, struct err *);

/* Bytes consumed so far, for a progress display. */
uint64_t csv_done_b(const struct csv *);

/* Appends one field, quoted when it must be; `first` in its row or not. */
void csv_put(struct buf *, struct str, bool first);

/* Ends a row: CRLF. */
void csv_end_row(struct buf *);

#endif
