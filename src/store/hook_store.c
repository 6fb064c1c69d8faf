#include "store/hook_store.h"

#include <stdio.h>

#include "store/sql.h"

struct str
hook_kind(uint64_t id, char kind[HOOK_KIND_B])
{
	int n = snprintf(kind, HOOK_KIND_B, "hook/%llu", (unsigned long long)id);

	return str_n(kind, (size_t)n);
}

bool
hook_fan_out(struct db *db, struct arena *a, const struct outbox_item *item, const char *topic, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_PUT);

	q_str(q, str_fmt(a, "%s/%llu", topic, (unsigned long long)item->order_id));
	q_u64(q, item->version);
	q_str(q, item->payload);
	q_i64(q, item->created_at);
	q_u64(q, item->order_id);
	if (item->cause == NULL)
		q_null(q);
	else
		q_bytes(q, str_n(item->cause, OUTBOX_CAUSE_B));
	q_str(q, str_z(topic));
	q_u64(q, item->version);
	return db_run(q, NULL, e);
}

struct taking {
	struct arena *a;
	int64_t lease_s;
	struct hook_due *v;
	size_t max, n;
};

static bool
take_body(struct db *db, void *arg, struct err *e)
{
	struct taking *t = arg;
	struct db_query *q = db_query(db, SQL_HOOK_DUE);
	struct db_rows rows;

	t->n = 0;
	q_u64(q, t->max);
	if (!db_select(q, t->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct hook_due *h = &t->v[t->n++];

		*h = (struct hook_due){.id = c_u64(&rows)};
		h->name = c_str(&rows);
		h->url = c_str(&rows);
		h->buyer = c_u64(&rows) != 0;
		h->sealed = c_bytes(&rows);
		h->old_sealed = c_bytes_or(&rows, STR_NONE);
		h->failures = c_u64(&rows);
		q = db_query(db, SQL_HOOK_TAKE);
		q_i64(q, t->lease_s);
		q_u64(q, h->id);
		if (!db_run(q, NULL, e))
			return false;
	}
	return true;
}

bool
hook_take(struct db *db, struct arena *a, int64_t lease_s, struct hook_due *v, size_t max, size_t *n, struct err *e)
{
	struct taking t = {.a = a, .lease_s = lease_s, .v = v, .max = max};
	bool ok = db_tx(db, take_body, &t, e);

	*n = ok ? t.n : 0;
	return ok;
}

bool
hook_leave(struct db *db, uint64_t id, struct err *e)
{
	return db_run_u64(db, SQL_HOOK_LEAVE, id, e);
}

struct ending {
	struct arena *a;
	const struct hook_end *end;
	const struct outbox_item *item;
	const struct outbox_result *result;
	struct hook_ended *out;
};

static bool
note_try(struct db *db, const struct ending *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_TRY_PUT);

	q_u64(q, x->item == NULL ? 0 : x->item->id);
	q_u64(q, x->end->ms);
	q_i64(q, x->end->status);
	q_str(q, x->end->why);
	q_u64(q, x->end->hook_id);
	if (!db_run(q, NULL, e))
		return false;
	q = db_query(db, SQL_HOOK_TRY_PRUNE);
	q_u64(q, x->end->hook_id);
	q_i64(q, HOOK_TRIES_S);
	return db_run(q, NULL, e);
}

static bool
note_failure(struct db *db, const struct ending *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_FAILED);

	q_str(q, x->end->why);
	q_i64(q, x->end->wait_s);
	q_i64(q, x->end->gone);
	q_u64(q, HOOK_FAILURES_MAX);
	q_i64(q, HOOK_FAILING_S);
	q_u64(q, x->end->hook_id);
	return db_run(q, NULL, e);
}

static bool
hook_is_paused(struct db *db, const struct ending *x, bool *paused, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_STATE);
	struct db_rows row;
	bool found;

	q_u64(q, x->end->hook_id);
	if (!db_find(q, x->a, &row, &found, e))
		return false;
	*paused = found && c_u64(&row) == HOOK_PAUSED_BY_FAILURES;
	return true;
}

static bool
end_body(struct db *db, void *arg, struct err *e)
{
	struct ending *x = arg;
	bool was = false;

	*x->out = (struct hook_ended){.kept = true};
	if (x->item != NULL && !outbox_finish(db, x->item, x->result, &x->out->kept, e))
		return false;
	if (x->end->unready)
		return note_failure(db, x, e);
	if (!note_try(db, x, e))
		return false;
	if (x->item == NULL)
		return true;
	if (x->end->ok)
		return db_run_u64(db, SQL_HOOK_SUCCEEDED, x->end->hook_id, e);
	if (!hook_is_paused(db, x, &was, e) || !note_failure(db, x, e) || !hook_is_paused(db, x, &x->out->paused, e))
		return false;
	x->out->paused = x->out->paused && !was;
	return true;
}

bool
hook_end(struct db *db, struct arena *a, const struct hook_end *end, const struct outbox_item *item,
    const struct outbox_result *result, struct hook_ended *out, struct err *e)
{
	struct ending x = {a, end, item, result, out};

	return db_tx(db, end_body, &x, e);
}

bool
hook_count_paused(struct db *db, struct arena *a, int64_t *n, struct err *e)
{
	struct db_rows row;

	if (!db_get(db_query(db, SQL_HOOKS_PAUSED), a, &row, e))
		return false;
	*n = c_i64(&row);
	return true;
}
