/* dump_scan.h - reads along what mariadb-dump writes: how many rows each table has, and whether the end was reached.
 *
 * Also takes out who made a view (DEFINER): only an administrator of the server may make one in another's name, and the
 * account that restores is none. Pure; knows the lines that mariadb-dump begins at the margin, and SQL's quotes. */
#ifndef KONTOR_PLAT_HOST_DUMP_SCAN_H
#define KONTOR_PLAT_HOST_DUMP_SCAN_H

#include "base/buf.h"
#include "base/str.h"

#define DUMP_SCAN_TABLES_MAX 1000
#define DUMP_SCAN_HEAD_B 512

struct dump_table {
	struct str name;
	uint64_t rows;
};

struct dump_scan {
	struct arena *a;
	enum { DUMP_SCAN_HEAD, DUMP_SCAN_REST, DUMP_SCAN_ROWS } at;
	char head[DUMP_SCAN_HEAD_B]; /* the line's beginning, until it is known what it is */
	size_t n_head;
	char quote; /* in rows: the quote that is open, or 0 */
	bool escaped;
	unsigned depth;
	struct dump_table *tables, *table; /* the second: whose rows are being read */
	size_t n_tables;
	bool complete; /* the line that mariadb-dump writes last was there */
};

void dump_scan_init(struct dump_scan *, struct arena *);

/* Takes the next bytes and appends to `out` what is to be kept of them. */
void dump_scan_take(struct dump_scan *, struct str bytes, struct buf *out);

/* There are no more. */
void dump_scan_end(struct dump_scan *, struct buf *out);

#endif
