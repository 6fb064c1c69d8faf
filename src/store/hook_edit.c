/* The operator's changes of receivers of webhooks. */
#include "store/hook_store.h"
#include "store/sql.h"

const char *
hook_state_name(enum hook_state state)
{
	static const char *const names[] = {
	    [HOOK_ON] = "on", [HOOK_PAUSED_BY_STAFF] = "paused", [HOOK_PAUSED_BY_FAILURES] = "paused_by_failures"};

	ASSERT(state < HOOK_STATE__MAX);
	return names[state];
}

static void
read_hook(struct db_rows *r, struct hook *h)
{
	*h = (struct hook){.id = c_u64(r)};
	h->name = c_str(r);
	h->url = c_str(r);
	h->topics = c_str(r);
	h->buyer = c_u64(r) != 0;
	h->state = (enum hook_state)c_u64(r);
	h->version = c_u64(r);
	h->created_at = c_i64(r);
	h->old_until = c_i64(r);
	h->done_at = c_i64(r);
	h->failed_at = c_i64(r);
	h->failures = c_u64(r);
	h->failing_since = c_i64(r);
	h->due_at = c_i64(r);
	h->why = c_str(r);
	h->sealed = c_bytes(r);
	h->old_sealed = c_bytes_or(r, STR_NONE);
	h->waiting = c_i64_or(r, 0);
	h->dead = c_i64_or(r, 0);
	if (h->state >= HOOK_STATE__MAX)
		h->state = HOOK_PAUSED_BY_STAFF; /* of a newer release */
}

bool
hook_list(struct db *db, struct arena *a, struct hook_list *out, struct err *e)
{
	struct db_rows rows;

	if (!db_select(db_query(db, SQL_HOOK_LIST), a, &rows, e))
		return false;
	*out = (struct hook_list){.v = ARENA_ARRAY(a, struct hook, rows.n + 1)};
	while (db_next(&rows))
		read_hook(&rows, &out->v[out->n++]);
	return true;
}

bool
hook_get(struct db *db, struct arena *a, struct str name, struct hook *h, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_OF_NAME);
	struct db_rows row;
	bool found;

	q_str(q, name);
	if (!db_find(q, a, &row, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no receiver of webhooks is called '%.*s'", STR_ARG(name));
	read_hook(&row, h);
	return true;
}

bool
hook_add(struct db *db, const struct hook *h, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_ADD);

	q_str(q, h->name);
	q_str(q, h->url);
	q_str(q, h->topics);
	q_u64(q, h->buyer);
	q_bytes(q, h->sealed);
	if (db_run(q, NULL, e))
		return true;
	if (e->kind != ERR_CONFLICT)
		return false;
	err_clear(e);
	return err_set(e, ERR_CONFLICT, "a receiver of webhooks is called '%.*s' already", STR_ARG(h->name));
}

bool
hook_set(struct db *db, const struct hook *h, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_SET);
	uint64_t n;

	q_str(q, h->url);
	q_str(q, h->topics);
	q_u64(q, h->buyer);
	q_u64(q, h->id);
	q_u64(q, h->version);
	return db_run(q, &n, e)
	    && (n == 1 || err_set(e, ERR_CONFLICT, "somebody else has just changed '%.*s'", STR_ARG(h->name)));
}

bool
hook_pause(struct db *db, const struct hook *h, struct err *e)
{
	return db_run_u64(db, SQL_HOOK_PAUSE, h->id, e);
}

static bool
run_for_kind(struct db *db, unsigned stmt, const struct hook *h, struct err *e)
{
	char kind[HOOK_KIND_B];

	return db_run_str(db, stmt, hook_kind(h->id, kind), e);
}

static bool
resume_body(struct db *db, void *arg, struct err *e)
{
	const struct hook *h = arg;

	return db_run_u64(db, SQL_HOOK_RESUME, h->id, e) && run_for_kind(db, SQL_HOOK_HURRY, h, e);
}

bool
hook_resume(struct db *db, const struct hook *h, struct err *e)
{
	struct hook copy = *h;

	return db_tx(db, resume_body, &copy, e);
}

bool
hook_rotate(struct db *db, const struct hook *h, struct str sealed, int64_t old_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_ROTATE);

	q_bytes(q, sealed);
	if (old_s == 0)
		q_null(q);
	else
		q_bytes(q, h->sealed);
	q_i64(q, old_s);
	q_u64(q, h->id);
	return db_run(q, NULL, e);
}

static bool
remove_body(struct db *db, void *arg, struct err *e)
{
	const struct hook *h = arg;

	return db_run_u64(db, SQL_HOOK_REMOVE, h->id, e) && db_run_u64(db, SQL_HOOK_REMOVE_TRIES, h->id, e)
	    && run_for_kind(db, SQL_HOOK_DROP, h, e);
}

bool
hook_remove(struct db *db, const struct hook *h, struct err *e)
{
	struct hook copy = *h;

	return db_tx(db, remove_body, &copy, e);
}

bool
hook_replay(struct db *db, const struct hook *h, uint64_t id, int64_t since_s, uint64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, id == 0 ? SQL_HOOK_REPLAY_SINCE : SQL_HOOK_REPLAY_ONE);
	char kind[HOOK_KIND_B];

	q_str(q, hook_kind(h->id, kind));
	if (id == 0)
		q_i64(q, since_s);
	else
		q_u64(q, id);
	return db_run(q, n, e);
}

bool
hook_tries(struct db *db, struct arena *a, const struct hook *h, uint64_t limit, struct hook_try **out, size_t *n,
    struct err *e)
{
	struct db_query *q = db_query(db, SQL_HOOK_TRIES);
	struct db_rows rows;
	struct hook_try *t;

	q_u64(q, h->id);
	q_u64(q, limit);
	if (!db_select(q, a, &rows, e))
		return false;
	*out = t = ARENA_ARRAY(a, struct hook_try, rows.n + 1);
	*n = rows.n;
	for (; db_next(&rows); t++) {
		*t = (struct hook_try){.outbox_id = c_u64(&rows)};
		t->at = c_i64(&rows);
		t->ms = c_u64(&rows);
		t->status = (int)c_u64(&rows);
		t->why = c_str(&rows);
		t->subject = c_str_or(&rows, STR_NONE);
		t->version = c_u64_or(&rows, 0);
		t->created_at = c_i64_or(&rows, 0);
	}
	return true;
}
