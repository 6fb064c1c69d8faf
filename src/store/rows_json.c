#include "store/rows_json.h"

#define JSON_MAX_B ((size_t)8 << 20)
#define SEND_B ((size_t)256 << 10)

void
rows_init(struct rows_json *r, struct arena *a)
{
	buf_init(&r->b, a, JSON_MAX_B);
	buf_ch(&r->b, '[');
	r->first_row = true;
}

void
rows_begin(struct rows_json *r)
{
	buf_z(&r->b, r->first_row ? "[" : ",[");
	r->first_row = false;
	r->first_cell = true;
}

static void
comma(struct rows_json *r)
{
	if (!r->first_cell)
		buf_ch(&r->b, ',');
	r->first_cell = false;
}

void
rows_str(struct rows_json *r, struct str s)
{
	comma(r);
	buf_json(&r->b, s);
}

void
rows_i64(struct rows_json *r, int64_t i)
{
	comma(r);
	buf_i64(&r->b, i);
}

void
rows_null(struct rows_json *r)
{
	comma(r);
	buf_z(&r->b, "null");
}

void
rows_i64_or_null(struct rows_json *r, int64_t i, bool null)
{
	if (null)
		rows_null(r);
	else
		rows_i64(r, i);
}

void
rows_end(struct rows_json *r)
{
	buf_ch(&r->b, ']');
}

bool
rows_done(struct rows_json *r, struct str *out, struct err *e)
{
	buf_ch(&r->b, ']');
	*out = buf_str(&r->b);
	return buf_check(&r->b, e);
}

void
rows_out_init(struct rows_out *o, struct db *db, unsigned stmt, struct arena *a)
{
	o->db = db;
	o->stmt = stmt;
	rows_init(&o->rows, a);
}

bool
rows_out_end(struct rows_out *o, struct err *e)
{
	rows_end(&o->rows);
	return o->rows.b.n < SEND_B || rows_out_send(o, e);
}

bool
rows_out_send(struct rows_out *o, struct err *e)
{
	struct db_query *q;
	struct str json;

	if (o->rows.first_row)
		return true;
	if (!rows_done(&o->rows, &json, e))
		return false;
	q = db_query(o->db, o->stmt);
	q_str(q, json);
	if (!db_run(q, NULL, e))
		return false;
	o->rows.b.n = 0; /* its room serves again */
	buf_ch(&o->rows.b, '[');
	o->rows.first_row = true;
	return true;
}
