#include "store/outbox_admin.h"

#include "store/sql.h"

#define KEEP_S ((int64_t)OUTBOX_KEEP_DAYS * 86400)

static const char *const states[OUTBOX_STATE__MAX] = {"waiting", "done", "dead", "dropped"};

const char *
outbox_state_name(enum outbox_state state)
{
	ASSERT(state < OUTBOX_STATE__MAX);
	return states[state];
}

bool
outbox_state_find(struct str name, enum outbox_state *state)
{
	for (int i = 0; i < OUTBOX_STATE__MAX; i++)
		if (str_eq_z(name, states[i])) {
			*state = (enum outbox_state)i;
			return true;
		}
	return false;
}

bool
outbox_count(struct db *db, struct arena *a, struct outbox_counts *out, struct err *e)
{
	struct db_rows rows;

	*out = (struct outbox_counts){0};
	if (!db_select(db_query(db, SQL_OUTBOX_COUNTS), a, &rows, e))
		return false;
	out->v = ARENA_ARRAY(a, struct outbox_count, rows.n + 1);
	while (db_next(&rows)) {
		struct outbox_count *x = &out->v[out->n++];

		x->kind = c_str_or(&rows, STR(""));
		x->waiting = c_u64_or(&rows, 0);
		x->dead = c_u64_or(&rows, 0);
		x->oldest_s = c_i64_or(&rows, 0);
	}
	return true;
}

bool
outbox_prune(struct db *db, struct arena *a, uint64_t batch, bool *more, struct err *e)
{
	struct db_rows rows;

	*more = false;
	if (!db_select(db_query(db, SQL_OUTBOX_ENDED), a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct db_query *q = db_query(db, SQL_OUTBOX_PRUNE);
		uint64_t n;

		q_u64(q, c_u64(&rows));
		q_str(q, c_str(&rows));
		q_i64(q, KEEP_S);
		q_i64(q, KEEP_S);
		q_u64(q, batch);
		if (!db_run(q, &n, e))
			return false;
		*more = *more || n == batch;
	}
	return true;
}

static void
read_look(struct db_rows *row, struct outbox_look *x)
{
	x->id = c_u64(row);
	x->kind = c_str(row);
	x->subject = c_str(row);
	x->version = c_u64(row);
	x->payload = c_str(row);
	x->state = (enum outbox_state)c_u64(row);
	x->attempts = (unsigned)c_u64(row);
	x->due_at = c_i64(row);
	x->created_at = c_i64(row);
	x->use_by = c_i64(row);
	x->hold_until = c_i64(row);
	x->done_at = c_i64(row);
	x->leased = c_i64_or(row, 0) != 0;
	x->late = c_i64_or(row, 0) != 0;
	x->cause = (const uint8_t *)c_bytes_or(row, (struct str){0}).p;
	x->order_id = c_u64(row);
	x->why = c_str(row);
}

bool
outbox_list(struct db *db, struct arena *a, const struct outbox_filter *f, uint64_t limit, struct outbox_looks *out,
    struct err *e)
{
	struct db_query *q = db_query(db, SQL_OUTBOX_LIST);
	struct db_rows rows;

	*out = (struct outbox_looks){0};
	q_u64(q, (uint64_t)f->state);
	q_str(q, f->kind);
	q_str(q, f->kind);
	q_str(q, f->kind);
	q_str(q, f->why);
	q_str(q, f->why);
	q_str(q, f->cause.n == 0 ? STR("") : STR("set"));
	q_bytes(q, f->cause);
	q_u64(q, limit);
	if (!db_select(q, a, &rows, e))
		return false;
	out->v = ARENA_ARRAY(a, struct outbox_look, rows.n + 1);
	while (db_next(&rows))
		read_look(&rows, &out->v[out->n++]);
	return true;
}

bool
outbox_get(struct db *db, struct arena *a, uint64_t id, struct outbox_look *out, struct err *e)
{
	struct db_rows rows;
	bool found;

	if (!db_select_u64(db, SQL_OUTBOX_GET, id, a, &rows, e))
		return false;
	found = db_next(&rows);
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "the outbox has no row %llu", (unsigned long long)id);
	read_look(&rows, out);
	return true;
}

bool
outbox_replay(struct db *db, uint64_t id, bool late, bool *done, struct err *e)
{
	struct db_query *q = db_query(db, SQL_OUTBOX_REPLAY);
	uint64_t n;

	q_u64(q, late);
	q_u64(q, id);
	q_u64(q, late);
	if (!db_run(q, &n, e))
		return false;
	*done = n == 1;
	return true;
}

bool
outbox_drop(struct db *db, uint64_t id, const char *actor, bool *done, struct err *e)
{
	struct db_query *q = db_query(db, SQL_OUTBOX_DROP);
	uint64_t n;

	q_str(q, str_z(actor));
	q_u64(q, id);
	if (!db_run(q, &n, e))
		return false;
	*done = n == 1;
	return true;
}
