#include "store/sql.h"

#include "plat/control/control.h"
#include "plat/db/db_code.h"

enum { W = DB_WEB, J = DB_JOBS, T = DB_TOOL, M = DB_MIGRATE };

static const struct db_stmt table[] = {
#define SQL(id, roles, in, out, text) [SQL_##id] = {#id, roles, in, out, text},
#include "store/sql/wings.def"
#undef SQL
};

/* A dump loaded by hand lacks this row until `kontor migrate` runs: the shop shows pages, but takes no orders. */
static void
note_identity(struct db *db, struct arena *a)
{
	struct db_rows rows;
	struct err none = {0};

	if (db_control(db) == NULL || !db_get(db_query(db, SQL_CONTROL_READ), a, &rows, &none))
		return;
	(void)c_u64(&rows);
	control_set_identity(db_control(db), c_u64(&rows));
}

bool
sql_currency_check(struct db *db, struct arena *a, struct str code, struct str unnamed, struct err *e)
{
	struct db_rows rows;
	struct str priced = unnamed;
	bool found;

	if (!db_find(db_query(db, SQL_CURRENCY_OF_PRICES), a, &rows, &found, e)) {
		if (e->code != DB_CODE_NO_TABLE)
			return false;
		err_clear(e);
		return true;
	}
	if (!found)
		return true;
	if (!c_is_null(&rows))
		priced = c_str(&rows);
	if (priced.n == 0 || str_eq(priced, code))
		return true;
	return err_set(e, ERR_CONFLICT,
	    "the prices in the database are in %.*s, so site.currency cannot be %.*s: "
	    "a shop in another currency needs a database of its own (db.name)",
	    STR_ARG(priced), STR_ARG(code));
}

static bool
check_currency(struct db *db, struct arena *a, struct err *e)
{
	struct err why = {0};

	if (db_currency(db) == NULL || sql_currency_check(db, a, str_z(db_currency(db)), STR_NONE, &why)
	    || why.kind != ERR_CONFLICT)
		return true;
	return err_set(e, ERR_UPSTREAM, "%s", why.msg);
}

static bool
check_schema(struct db *db, int64_t *schema, struct err *e)
{
	struct arena a;
	struct db_rows rows;
	bool ok;

	arena_init(&a, (size_t)64 << 10);
	ok = db_get(db_query(db, SQL_SCHEMA_VERSION), &a, &rows, e);
	if (ok) {
		int64_t unfinished;

		*schema = c_i64(&rows);
		unfinished = c_i64(&rows);
		if (unfinished != 0)
			ok = err_set(
			    e, ERR_UPSTREAM, "a migration of the schema is unfinished: run `kontor migrate`");
		else if (*schema != SQL_SCHEMA && *schema != SQL_SCHEMA + 1)
			ok = err_set(e, ERR_UPSTREAM, "the schema has number %lld, but this program needs %d: %s",
			    (long long)*schema, SQL_SCHEMA,
			    *schema < SQL_SCHEMA ? "run `kontor migrate`" : "install the release that made it");
	} else if (e->code == DB_CODE_NO_TABLE || e->kind == ERR_NOT_FOUND) {
		err_context(e, "the schema is missing: run `kontor migrate`");
	}
	ok = ok && check_currency(db, &a, e);
	if (ok)
		note_identity(db, &a);
	arena_fini(&a);
	return ok;
}

static const char *
schema_remedy(int64_t schema, int code)
{
	if (db_code_refused(code) || code == DB_CODE_NO_DATABASE)
		return "set up the accounts again: `kontor accounts | mariadb`, then `kontor reload`; if the server "
		       "wants TLS: `kontor config set db.tls on`";
	if (code == DB_CODE_HOST_BLOCKED)
		return "after too many failed logins the server blocks this host: `mariadb-admin flush-hosts`";
	if (schema == 0)
		return NULL;
	if (db_code_lacks_right(code))
		return "the account lacks a privilege: `kontor accounts | mariadb`, then `kontor migrate`";
	if (code == DB_CODE_NO_TABLE && schema == SQL_SCHEMA)
		return "if it is shop_control, run `kontor migrate`; else undo what was changed by hand";
	if (schema > SQL_SCHEMA)
		return "the schema is newer than this program: install the newer release";
	if (code == DB_CODE_NO_ROUTINE || code == DB_CODE_VIEW_INVALID || code == DB_CODE_NO_DEFINER)
		return "a view or procedure does not fit: undo what was changed by hand, then run `kontor migrate`";
	return "the schema was changed by hand: undo that";
}

struct db_setup
sql_setup(struct db_login login, struct control *control, enum db_role role)
{
	return (struct db_setup){
	    .login = login,
	    .control = control,
	    .role = role,
	    .stmts = table,
	    .n_stmts = SQL__MAX,
	    .check = role == DB_MIGRATE ? NULL : check_schema,
	    .remedy = schema_remedy,
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
