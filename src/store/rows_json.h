/* rows_json.h - lists as a statement takes them: one parameter, JSON, an array of arrays.
 *
 * A `rows_out` is such a list on its way into one statement, however long it becomes: it goes out in pieces. */
#ifndef KONTOR_STORE_ROWS_JSON_H
#define KONTOR_STORE_ROWS_JSON_H

#include "base/buf.h"
#include "plat/db/db.h"

struct rows_json {
	struct buf b;
	bool first_row, first_cell;
};

void rows_init(struct rows_json *, struct arena *);
void rows_begin(struct rows_json *);
void rows_str(struct rows_json *, struct str);
void rows_i64(struct rows_json *, int64_t);
void rows_null(struct rows_json *);
void rows_i64_or_null(struct rows_json *, int64_t, bool null);
void rows_end(struct rows_json *);

/* The list, as long as the arena and until the next row. */
MUST_USE bool rows_done(struct rows_json *, struct str *out, struct err *);

struct rows_out {
	struct db *db;
	unsigned stmt; /* takes the list and nothing else */
	struct rows_json rows;
};

void rows_out_init(struct rows_out *, struct db *, unsigned stmt, struct arena *);

/* Ends the row that was begun in `rows`; sends what there is when it has become long. */
MUST_USE bool rows_out_end(struct rows_out *, struct err *);

/* Sends the rest. */
MUST_USE bool rows_out_send(struct rows_out *, struct err *);

#endif
