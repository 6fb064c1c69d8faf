/* rows_out.h - sends rows to a statement whose only parameter is a JSON list of lists.
 *
 * The rows are sent in pieces, so their number is not limited. */
#ifndef KONTOR_STORE_ROWS_OUT_H
#define KONTOR_STORE_ROWS_OUT_H

#include "plat/db/db.h"
#include "plat/text/json.h"

#define ROWS_MAX_B ((size_t)8 << 20) /* of one piece */

struct rows_out {
	struct db *db;
	unsigned stmt;
	struct json_out rows; /* json_begin(, '['), then a row's values */
};

void rows_out_init(struct rows_out *, struct db *, unsigned stmt, struct arena *);

/* Ends the row; sends the collected rows once they exceed a limit. */
MUST_USE bool rows_out_end(struct rows_out *, struct err *);

/* Sends the rest. */
MUST_USE bool rows_out_send(struct rows_out *, struct err *);

#endif
