#include "store/rows_out.h"

#define SEND_B ((size_t)256 << 10)

void
rows_out_init(struct rows_out *o, struct db *db, unsigned stmt, struct arena *a)
{
	o->db = db;
	o->stmt = stmt;
	json_init(&o->rows, a, ROWS_MAX_B, '[');
}

bool
rows_out_end(struct rows_out *o, struct err *e)
{
	json_end(&o->rows, ']');
	return o->rows.b.n < SEND_B || rows_out_send(o, e);
}

bool
rows_out_send(struct rows_out *o, struct err *e)
{
	struct str json;

	if (!o->rows.more)
		return true;
	if (!json_done(&o->rows, ']', &json, e) || !db_run_str(o->db, o->stmt, json, e))
		return false;
	o->rows.b.n = 1; /* keeps the '[' and reuses the memory */
	o->rows.more = false;
	return true;
}
