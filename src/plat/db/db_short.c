/* Short forms: statements with one parameter, columns that may be NULL. */
#include "plat/db/db.h"

bool
db_run_u64(struct db *db, unsigned id, uint64_t v, struct err *e)
{
	struct db_query *q = db_query(db, id);

	q_u64(q, v);
	return db_run(q, NULL, e);
}

bool
db_run_str(struct db *db, unsigned id, struct str v, struct err *e)
{
	struct db_query *q = db_query(db, id);

	q_str(q, v);
	return db_run(q, NULL, e);
}

bool
db_select_u64(struct db *db, unsigned id, uint64_t v, struct arena *a, struct db_rows *rows, struct err *e)
{
	struct db_query *q = db_query(db, id);

	q_u64(q, v);
	return db_select(q, a, rows, e);
}

bool
db_select_str(struct db *db, unsigned id, struct str v, struct arena *a, struct db_rows *rows, struct err *e)
{
	struct db_query *q = db_query(db, id);

	q_str(q, v);
	return db_select(q, a, rows, e);
}

bool
db_select_bytes(struct db *db, unsigned id, struct str v, struct arena *a, struct db_rows *rows, struct err *e)
{
	struct db_query *q = db_query(db, id);

	q_bytes(q, v);
	return db_select(q, a, rows, e);
}

bool
db_get_lock(struct db_query *q, struct arena *a, bool *done, struct err *e)
{
	struct db_rows rows;

	*done = false;
	if (!db_get(q, a, &rows, e))
		return false;
	*done = c_i64_or(&rows, 0) == 1;
	return true;
}

void
q_i64_or_null(struct db_query *q, int64_t v, bool null)
{
	if (null)
		q_null(q);
	else
		q_i64(q, v);
}

int64_t
c_i64_or(struct db_rows *rows, int64_t none)
{
	return c_is_null(rows) ? none : c_i64(rows);
}

uint64_t
c_u64_or(struct db_rows *rows, uint64_t none)
{
	return c_is_null(rows) ? none : c_u64(rows);
}

struct str
c_str_or(struct db_rows *rows, struct str none)
{
	return c_is_null(rows) ? none : c_str(rows);
}

struct str
c_bytes_or(struct db_rows *rows, struct str none)
{
	return c_is_null(rows) ? none : c_bytes(rows);
}
