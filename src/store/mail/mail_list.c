#include "store/mail/mail_list.h"

#include "store/sql.h"

static const char *const states[OUTBOX_STATE__MAX] = {
    [OUTBOX_WAITING] = "waiting", [OUTBOX_OVER] = "sent", [OUTBOX_DEAD] = "dead", [OUTBOX_DROPPED] = "dropped"};

const char *
mail_state_name(enum outbox_state state)
{
	ASSERT(state < OUTBOX_STATE__MAX);
	return states[state];
}

bool
mail_state_find(struct str name, int64_t *state)
{
	for (*state = 0; *state < OUTBOX_STATE__MAX; (*state)++)
		if (str_eq_z(name, states[*state]))
			return true;
	return false;
}

static void
read_look(struct db_rows *rows, struct mail_look *m)
{
	uint64_t state;

	m->id = c_u64(rows);
	m->subject = c_str(rows);
	m->version = c_u64(rows);
	m->payload = c_str(rows);
	state = c_u64(rows);
	m->state = state < OUTBOX_STATE__MAX ? (enum outbox_state)state : OUTBOX_DEAD;
	m->attempts = (unsigned)c_u64(rows);
	m->due_at = c_i64(rows);
	m->created_at = c_i64(rows);
	m->done_at = c_i64(rows);
	m->why = c_str(rows);
	m->order_id = c_u64(rows);
	m->merchant = c_i64(rows) != 0;
	m->lang = c_str_or(rows, STR_NONE);
	m->by = c_str_or(rows, STR_NONE);
	m->number = c_str(rows);
	m->address = c_str(rows);
	m->bounced = c_str(rows);
	if (m->merchant)
		m->address = STR_NONE;
}

bool
mail_list(struct db *db, struct arena *a, const struct mail_filter *f, struct mail_looks *list, struct err *e)
{
	struct db_query *q = db_query(db, f->order.n > 0 ? SQL_MAIL_LIST_ORDER
					  : f->to.n > 0  ? SQL_MAIL_LIST_TO
							 : SQL_MAIL_LIST);
	struct db_rows rows;

	if (f->order.n > 0 || f->to.n > 0)
		q_str(q, f->order.n > 0 ? f->order : f->to);
	q_u64(q, f->before == 0 ? INT64_MAX : f->before);
	q_i64(q, f->state);
	q_i64(q, f->state);
	q_str(q, f->kind);
	q_str(q, f->kind);
	q_u64(q, f->limit);
	if (!db_select(q, a, &rows, e))
		return false;
	*list = (struct mail_looks){.v = ARENA_ARRAY(a, struct mail_look, rows.n + 1)};
	while (db_next(&rows))
		read_look(&rows, &list->v[list->n++]);
	return true;
}

bool
mail_get(struct db *db, struct arena *a, uint64_t id, struct mail_look *m, struct err *e)
{
	struct db_query *q = db_query(db, SQL_MAIL_GET);
	struct db_rows rows;
	bool found;

	q_u64(q, id);
	if (!db_find(q, a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no mail %llu", (unsigned long long)id);
	read_look(&rows, m);
	return true;
}

struct again_tx {
	struct arena *a;
	const struct mail_again *x;
	uint64_t id;
};

/* The lock on the first row makes two with the same key wait for each other. */
static bool
again_body(struct db *db, void *arg, struct err *e)
{
	struct again_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_MAIL_AGAIN_LOCK);
	struct str subject, payload;
	struct db_rows rows;
	uint64_t state;
	bool found;

	q_u64(q, tx->x->id);
	if (!db_find(q, tx->a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no mail %llu", (unsigned long long)tx->x->id);
	subject = c_str(&rows);
	payload = c_str(&rows);
	state = c_u64(&rows);
	q = db_query(db, SQL_MAIL_AGAIN_FIND);
	q_str(q, subject);
	q_bytes(q, tx->x->key);
	if (!db_find(q, tx->a, &rows, &found, e))
		return false;
	if (found) {
		tx->id = c_u64(&rows);
		return true;
	}
	if (state == OUTBOX_WAITING || payload.n == 0)
		return err_set(e, ERR_CONFLICT, "mail %llu %s", (unsigned long long)tx->x->id,
		    payload.n == 0 ? "was erased" : "has not been sent yet");
	q = db_query(db, SQL_MAIL_AGAIN);
	q_str(q, str_z(tx->x->actor));
	q_bytes(q, tx->x->key);
	q_i64(q, tx->x->use_s);
	q_u64(q, tx->x->id);
	if (!db_run(q, NULL, e))
		return false;
	tx->id = db_last_id(db);
	return true;
}

bool
mail_send_again(struct db *db, struct arena *a, const struct mail_again *x, uint64_t *id, struct err *e)
{
	struct again_tx tx = {.a = a, .x = x};
	bool ok;

	ASSERT(x->key.n == OUTBOX_CAUSE_B);
	ok = x->dry_run ? db_trial(db, again_body, &tx, e) : db_tx(db, again_body, &tx, e);
	*id = tx.id;
	return ok;
}

bool
mail_count_waiting(struct db *db, struct arena *a, int64_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_MAIL_WAITING), a, &rows, e))
		return false;
	*n = c_i64(&rows);
	return true;
}
