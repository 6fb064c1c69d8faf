#include "store/admin/doctor_store.h"

#include "base/buf.h"
#include "store/order/order_link.h"
#include "store/sql.h"

#define GRANTS_MAX_B ((size_t)256 << 10)

bool
doctor_server(struct db *db, struct arena *a, struct doctor_server *s, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_DOCTOR_SERVER), a, &rows, e))
		return false;
	s->version = c_str_or(&rows, STR(""));
	s->charset = c_str_or(&rows, STR(""));
	s->flush_log = c_i64_or(&rows, 0);
	s->log_bin = c_i64_or(&rows, 0);
	s->sync_binlog = c_i64_or(&rows, 0);
	s->read_only = c_i64_or(&rows, 0);
	s->max_connections = c_i64_or(&rows, 0);
	s->max_statements = c_i64_or(&rows, 0);
	s->now_s = c_i64_or(&rows, 0);
	if (!db_get(db_query(db, SQL_DOCTOR_LOAD), a, &rows, e))
		return false;
	s->connections = c_i64_or(&rows, 0);
	s->statements = c_i64_or(&rows, 0);
	return true;
}

bool
doctor_schema(struct db *db, struct arena *a, struct doctor_schema *s, struct err *e)
{
	struct db_rows rows;

	*s = (struct doctor_schema){.unfinished = STR("")};
	if (!db_get(db_query(db, SQL_SCHEMA_TABLES), a, &rows, e))
		return false;
	s->exists = c_i64(&rows) != 0;
	if (!s->exists)
		return true;
	if (!db_select(db_query(db, SQL_SCHEMA_APPLIED), a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct str name;
		uint64_t done;

		s->version = (int64_t)c_u64(&rows);
		name = c_str(&rows);
		(void)c_str(&rows);
		done = c_u64(&rows);
		if (!c_is_null(&rows)) {
			(void)c_i64(&rows);
			continue;
		}
		s->unfinished = name;
		s->done = done;
	}
	return true;
}

bool
doctor_queue(struct db *db, struct arena *a, struct doctor_queue *q, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_DOCTOR_QUEUE), a, &rows, e))
		return false;
	q->dead = c_i64_or(&rows, 0);
	q->late = c_i64_or(&rows, 0);
	q->unsent = c_i64_or(&rows, 0);
	return true;
}

bool
doctor_hooks(struct db *db, struct arena *a, struct doctor_hook **v, size_t *n, struct err *e)
{
	struct db_rows rows;

	*n = 0;
	if (!db_select(db_query(db, SQL_DOCTOR_HOOKS), a, &rows, e))
		return false;
	*v = ARENA_ARRAY(a, struct doctor_hook, rows.n + 1);
	while (db_next(&rows)) {
		struct doctor_hook *h = &(*v)[(*n)++];

		h->name = c_str(&rows);
		h->why = c_str(&rows);
	}
	return true;
}

bool
doctor_links(struct db *db, struct arena *a, const struct secret_ring *keys, int64_t since_s, struct doctor_links *x,
    struct err *e)
{
	struct db_rows rows;

	*x = (struct doctor_links){.orders = 0};
	if (!db_select(db_query(db, SQL_DOCTOR_LINKS), a, &rows, e))
		return false;
	while (db_next(&rows)) {
		uint8_t hash[SECRET_HASH_B];
		struct str key = c_bytes(&rows), found_by = c_bytes(&rows);

		if (c_i64(&rows) <= since_s)
			continue;
		order_link_hash(keys, key, hash);
		x->orders++;
		x->differ += !secret_equal(found_by, str_n(hash, sizeof(hash)));
	}
	return true;
}

bool
doctor_grants(struct db *db, struct arena *a, struct str *text, struct err *e)
{
	struct db_rows rows;
	struct buf b;

	buf_init(&b, a, GRANTS_MAX_B);
	if (!db_select(db_query(db, SQL_DOCTOR_GRANTS), a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct str line = c_str(&rows);

		buf_put(&b, line);
		buf_z(&b, ";\n");
	}
	*text = b.n == 0 ? STR("") : buf_str(&b);
	return buf_check(&b, e);
}

size_t
doctor_statements(enum db_role role)
{
	struct db_setup setup = sql_setup((struct db_login){0}, NULL, role);
	size_t n = 0;

	for (size_t i = 0; i < setup.n_stmts; i++)
		n += (setup.stmts[i].roles & (unsigned)role) != 0;
	return n;
}
