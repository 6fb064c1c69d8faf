#include "store/office_mail.h"

#include "store/sql.h"

bool
office_day_get(struct db *db, struct arena *a, int64_t from_s, int64_t until_s, struct office_day *day, struct err *e)
{
	struct db_query *q = db_query(db, SQL_OFFICE_DAY);
	struct db_rows rows;

	for (int i = 0; i < 5; i++) {
		q_i64(q, from_s);
		q_i64(q, until_s);
	}
	if (!db_get(q, a, &rows, e))
		return false;
	day->orders = c_i64_or(&rows, 0);
	day->total_minor = c_i64_or(&rows, 0);
	day->paid_minor = c_i64_or(&rows, 0);
	day->refunded_minor = c_i64_or(&rows, 0);
	day->parcels = c_i64_or(&rows, 0);
	day->unpaid = c_i64_or(&rows, 0);
	day->to_pack = c_i64_or(&rows, 0);
	day->dead = c_i64_or(&rows, 0);
	return true;
}

bool
office_downloads(struct db *db, struct arena *a, uint64_t order_id, int64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_OFFICE_DOWNLOADS);
	struct db_rows rows;

	q_u64(q, order_id);
	if (!db_get(q, a, &rows, e))
		return false;
	*n = c_i64(&rows);
	return true;
}

bool
office_letter_get(struct db *db, struct arena *a, uint64_t id, struct office_letter *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_OFFICE_LETTER);
	struct db_rows rows;

	q_u64(q, id);
	if (!db_get(q, a, &rows, e))
		return false;
	x->kind = c_str(&rows);
	x->subject = c_str(&rows);
	x->why = c_str(&rows);
	x->number = c_str(&rows);
	x->attempts = c_i64(&rows);
	x->created_at = c_i64(&rows);
	return true;
}
