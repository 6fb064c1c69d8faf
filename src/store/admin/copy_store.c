#include "store/admin/copy_store.h"

#include "base/buf.h"
#include "plat/db/db_text.h"
#include "store/sql.h"

#define NAMES_MAX_B ((size_t)1 << 20)

static bool
run_named(struct db *db, struct arena *a, enum sql_id id, struct str name, struct err *e)
{
	return db_text_run(db, sql_named(a, id, name), e);
}

bool
copy_look_tables(struct db *db, struct arena *a, struct copy_state *s, struct err *e)
{
	struct str *view;
	struct db_rows rows;

	*s = (struct copy_state){.n_tables = 0};
	if (!db_select(db_query(db, SQL_COPY_TABLES), a, &rows, e))
		return false;
	s->table = ARENA_ARRAY(a, struct str, rows.n + 1);
	view = ARENA_ARRAY(a, struct str, rows.n + 1);
	while (db_next(&rows)) {
		struct str name = c_str(&rows);

		if (c_i64(&rows) != 0)
			view[s->n_views++] = name;
		else
			s->table[s->n_tables++] = name;
	}
	for (size_t i = 0; i < s->n_views; i++)
		s->table[s->n_tables + i] = view[i];
	return true;
}

bool
copy_look_made(struct db *db, struct arena *a, struct str **names, size_t *n, struct err *e)
{
	struct db_rows rows;

	*n = 0;
	if (!db_select(db_query(db, SQL_COPY_MADE), a, &rows, e))
		return false;
	*names = ARENA_ARRAY(a, struct str, rows.n + 1);
	while (db_next(&rows))
		(*names)[(*n)++] = c_str(&rows);
	return true;
}

static bool
has_table(const struct copy_state *s, const char *name)
{
	for (size_t i = 0; i < s->n_tables; i++)
		if (str_eq_z(s->table[i], name))
			return true;
	return false;
}

static bool
look_at_orders(struct db *db, struct arena *a, struct copy_state *s, struct err *e)
{
	struct db_rows rows;
	bool found;

	if (!db_find(db_query(db, SQL_COPY_LAST_ORDER), a, &rows, &found, e))
		return false;
	if (found) {
		s->next_order_id = c_u64(&rows) + 1;
		s->last_order = c_str(&rows);
	}
	if (!db_get(db_query(db, SQL_COPY_NEXT_ORDER), a, &rows, e))
		return false;
	if (!c_is_null(&rows))
		s->next_order_id = c_u64(&rows);
	return true;
}

bool
copy_look(struct db *db, struct arena *a, struct copy_state *s, struct err *e)
{
	struct db_rows rows;
	bool found;

	if (!copy_look_tables(db, a, s, e))
		return false;
	if (has_table(s, "schema_migration")) {
		if (!db_find(db_query(db, SQL_COPY_SCHEMA), a, &rows, &found, e))
			return false;
		if (found) {
			s->schema = c_u64(&rows);
			s->schema_name = c_str(&rows);
		}
	}
	return !has_table(s, "orders") || look_at_orders(db, a, s, e);
}

bool
copy_count(struct db *db, struct arena *a, struct str table, uint64_t *n, struct err *e)
{
	struct db_rows rows;

	if (!run_named(db, a, SQL_COPY_COUNT, db_text_name(a, table), e)
	    || !db_get(db_query(db, SQL_COPY_COUNTED), a, &rows, e))
		return false;
	*n = c_is_null(&rows) ? 0 : (uint64_t)c_i64(&rows);
	return true;
}

bool
copy_has_order(struct db *db, struct arena *a, struct str number, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_COPY_HAS_ORDER);
	struct db_rows rows;

	q_str(q, number);
	if (!db_get(q, a, &rows, e))
		return false;
	*found = c_i64(&rows) == 1;
	return true;
}

static struct str
copy_list(struct arena *a, const struct str *names, size_t n)
{
	struct buf b;

	buf_init(&b, a, NAMES_MAX_B);
	for (size_t i = 0; i < n; i++) {
		buf_z(&b, i == 0 ? "" : ", ");
		buf_put(&b, db_text_name(a, names[i]));
	}
	return buf_str(&b);
}

/* One DROP TABLE for all tables locks them all before it drops the first. The views follow in one DROP VIEW. */
bool
copy_empty(struct db *db, struct arena *a, struct err *e)
{
	struct copy_state s;

	if (!copy_look_tables(db, a, &s, e) || !run_named(db, a, SQL_COPY_PATIENCE, STR(""), e))
		return false;
	if (s.n_tables > 0 && !run_named(db, a, SQL_COPY_DROP_TABLES, copy_list(a, s.table, s.n_tables), e))
		return false;
	if (s.n_views > 0 && !run_named(db, a, SQL_COPY_DROP_VIEWS, copy_list(a, s.table + s.n_tables, s.n_views), e))
		return false;
	return run_named(db, a, SQL_COPY_USUAL, STR(""), e);
}

bool
copy_set_next_order(struct db *db, struct arena *a, uint64_t id, struct err *e)
{
	return run_named(db, a, SQL_COPY_SET_NEXT_ORDER, str_fmt(a, "%llu", (unsigned long long)id), e);
}
