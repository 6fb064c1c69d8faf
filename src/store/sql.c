#include "store/sql.h"

enum { W = DB_WEB, J = DB_JOBS, T = DB_TOOL, M = DB_MIGRATE };

static const struct db_stmt table[] = {
#define SQL(id, roles, in, out, text) [SQL_##id] = {#id, roles, in, out, text},
#include "store/sql.def"
#undef SQL
};

static bool
check_schema(struct db *db, struct err *e)
{
	struct arena a;
	struct db_rows rows;
	bool ok;

	arena_init(&a, (size_t)64 << 10);
	ok = db_get(db_query(db, SQL_SCHEMA_VERSION), &a, &rows, e);
	if (ok) {
		int64_t version = c_i64(&rows), unfinished = c_i64(&rows);

		if (unfinished != 0)
			ok = err_set(
			    e, ERR_UPSTREAM, "the schema is in the middle of a migration: see `kontor migrate`");
		else if (version != SQL_SCHEMA && version != SQL_SCHEMA + 1)
			ok = err_set(e, ERR_UPSTREAM,
			    "the schema is at %lld, this program needs %d: run `kontor migrate`", (long long)version,
			    SQL_SCHEMA);
	} else if (e->kind != ERR_UPSTREAM || e->code == 0) {
		err_context(e, "no schema yet? run `kontor migrate`");
	}
	arena_fini(&a);
	return ok;
}

struct db_setup
sql_setup(const struct conf *conf, struct stats *stats, enum db_role role)
{
	return (struct db_setup){
	    .conf = conf,
	    .stats = stats,
	    .role = role,
	    .stmts = table,
	    .n_stmts = SQL__MAX,
	    .check = role == DB_MIGRATE ? NULL : check_schema,
	};
}

struct str
sql_named(struct arena *a, enum sql_id id, struct str name)
{
	struct str text = str_z(table[id].text);
	ptrdiff_t at = str_find(text, STR("@name@"));

	ASSERT(table[id].roles == 0);
	if (at < 0)
		return text;
	return str_fmt(a, "%.*s%.*s%s", (int)at, text.p, STR_ARG(name), text.p + at + sizeof("@name@") - 1);
}
