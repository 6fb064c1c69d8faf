#include "store/download/grant_store.h"

#include "store/sql.h"

#define DAY_S 86400

/* One conditional update per line: two orders never take the same code, and a killed process gives back all. */
static bool
take_codes(struct db *db, struct arena *a, uint64_t order_id, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_CODE_WANTED, order_id, a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct db_query *q = db_query(db, SQL_CODE_TAKE);
		uint64_t pos = c_u64(&rows), variant = c_u64(&rows);
		int64_t n = c_i64_or(&rows, 0);

		if (n <= 0)
			continue;
		q_u64(q, order_id);
		q_u64(q, pos);
		q_u64(q, variant);
		q_i64(q, n);
		if (!db_run(q, NULL, e))
			return false;
	}
	return true;
}

bool
grant_paid(struct db *db, struct arena *a, uint64_t order_id, const struct grant_terms *t, struct err *e)
{
	struct db_query *q = db_query(db, SQL_GRANT_FILES);

	if (t->times <= 0)
		return true;
	q_i64(q, t->times);
	q_i64(q, t->days * DAY_S);
	q_u64(q, order_id);
	return db_run(q, NULL, e) && take_codes(db, a, order_id, e);
}

bool
grant_is_whole(struct db *db, struct arena *a, uint64_t order_id, bool *whole, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_GRANT_LACKS, order_id, a, &rows, e) || !db_next(&rows))
		return err_set(e, ERR_BUG, "no count of the lines without access");
	*whole = c_i64(&rows) == 0;
	return true;
}

static void
read_downloads(struct db_rows *rows, struct arena *a, struct downloads *d)
{
	*d = (struct downloads){.v = ARENA_ARRAY(a, struct download, rows->n + 1)};
	while (db_next(rows)) {
		struct download *one = &d->v[d->n++];

		one->id = c_u64(rows);
		one->pos = (int)c_u64(rows);
		one->name = c_str(rows);
		one->size_b = c_i64(rows);
		one->allowed = c_i64(rows);
		one->used = c_i64(rows);
		one->until_at = c_i64(rows);
		one->over = one->used >= one->allowed || one->until_at <= c_i64_or(rows, 0);
	}
}

bool
grant_files_by_link(struct db *db, struct arena *a, struct str token_hash, struct downloads *d, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_LINK_DOWNLOADS, token_hash, a, &rows, e))
		return false;
	read_downloads(&rows, a, d);
	return true;
}

bool
grant_files(struct db *db, struct arena *a, uint64_t order_id, struct downloads *d, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_GRANTS, order_id, a, &rows, e))
		return false;
	read_downloads(&rows, a, d);
	return true;
}

bool
grant_takes(struct db *db, struct arena *a, uint64_t order_id, struct grant_takes *t, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_GRANT_TAKES, order_id, a, &rows, e))
		return false;
	*t = (struct grant_takes){.v = ARENA_ARRAY(a, struct grant_take, rows.n + 1)};
	while (db_next(&rows)) {
		t->v[t->n].pos = (int)c_u64(&rows);
		t->v[t->n].name = c_str(&rows);
		t->v[t->n++].at = c_i64(&rows);
	}
	return true;
}

bool
grant_codes(struct db *db, struct arena *a, uint64_t order_id, int64_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_GRANT_CODES, order_id, a, &rows, e) || !db_next(&rows))
		return err_set(e, ERR_BUG, "no count of the codes");
	*n = c_i64(&rows);
	return true;
}
