#include "store/mail/mail_store.h"

#include "store/sql.h"

#define PAYLOAD_MAX_B 4000

static bool
payload_of(struct arena *a, const struct mail_new *m, struct str *payload, struct err *e)
{
	struct json_out w;

	json_init(&w, a, PAYLOAD_MAX_B, '{');
	json_add_str(&w, "lang", m->lang);
	json_add_str(&w, "to", m->merchant ? STR("merchant") : STR("buyer"));
	if (m->ref_id != 0)
		json_add_i64(&w, "id", (int64_t)m->ref_id);
	if (m->ids_name != NULL) {
		json_key(&w, m->ids_name);
		json_begin(&w, '[');
		for (size_t i = 0; i < m->n_ids; i++)
			json_put_i64(&w, (int64_t)m->ids[i]);
		json_end(&w, ']');
	}
	return json_done(&w, '}', payload, e);
}

static struct str
subject_of(struct arena *a, const struct mail_new *m)
{
	return str_fmt(a, "%s/%.*s", m->kind, STR_ARG(m->about));
}

bool
mail_exists(struct db *db, struct arena *a, const struct mail_new *m, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_MAIL_EXISTS);
	struct db_rows rows;

	q_str(q, subject_of(a, m));
	q_u64(q, m->version);
	if (!db_get(q, a, &rows, e))
		return false;
	*found = c_i64(&rows) > 0;
	return true;
}

bool
mail_links_sent(struct db *db, struct arena *a, uint64_t order_id, int64_t *n, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_MAIL_LINKS, order_id, a, &rows, e) || !db_next(&rows))
		return false;
	*n = c_i64(&rows);
	return true;
}

bool
mail_put(struct db *db, struct arena *a, const struct mail_new *m, bool *first, struct err *e)
{
	struct db_query *q;
	struct str payload;
	uint64_t n;

	if (!payload_of(a, m, &payload, e))
		return false;
	q = db_query(db, SQL_MAIL_PUT);
	q_str(q, subject_of(a, m));
	q_u64(q, m->version);
	q_str(q, payload);
	q_i64(q, m->now_s);
	q_i64(q, m->now_s);
	if (m->cause == NULL)
		q_null(q);
	else
		q_bytes(q, str_n(m->cause, OUTBOX_CAUSE_B));
	q_u64(q, m->order_id);
	q_i64(q, m->now_s + m->use_s);
	if (!db_run(q, &n, e))
		return false;
	if (first != NULL)
		*first = n > 0;
	return true;
}

bool
mail_find_order(struct db *db, struct arena *a, uint64_t order_id, struct mail_order *o, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_MAIL_ORDER);
	struct db_rows rows;

	q_u64(q, order_id);
	if (!db_find(q, a, &rows, found, e))
		return false;
	if (!*found)
		return true;
	o->lang = c_str(&rows);
	o->shipping = c_str(&rows);
	o->address = c_str(&rows);
	o->payment_state = (uint8_t)c_u64(&rows);
	return true;
}

bool
mail_adopt(struct db *db, uint64_t *n, struct err *e)
{
	return db_run(db_query(db, SQL_MAIL_ADOPT), n, e);
}
