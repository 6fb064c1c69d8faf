/* dump_scan.h - scans the output of mariadb-dump: counts each table's rows, and detects a complete dump.
 *
 * Also removes the DEFINER of views, since the account that restores them may not create views for other accounts.
 * Pure. Parses only SQL quotes and the lines that mariadb-dump begins at column 0. */
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
	char head[DUMP_SCAN_HEAD_B]; /* the start of a line of unknown kind */
	size_t n_head;
	char quote; /* in rows: the open quote, or 0 */
	bool escaped;
	unsigned depth;
	struct dump_table *tables, *table; /* table: whose rows are being read */
	size_t n_tables;
	bool complete; /* the last line of mariadb-dump was seen */
};

void dump_scan_init(struct dump_scan *, struct arena *);

/* Scans the next bytes and appends the bytes to keep to `out`. */
void dump_scan_take(struct dump_scan *, struct str bytes, struct buf *out);

void dump_scan_end(struct dump_scan *, struct buf *out);

#endif
