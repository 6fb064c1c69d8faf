#include "plat/db/db_impl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "plat/control/control.h"

#define BINARY_CHARSET 63
#define STMT_RETRY_NS CLOCK_S
#define PREPARE_NS (CLOCK_S / 4) /* a worker's time for preparing ahead; some visitor may be waiting */

/* Parses "iu?s" into an array. False when malformed. */
static bool
parse_types(const char *text, struct db_type *out, unsigned *n)
{
	*n = 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '?') {
			if (*n == 0 || out[*n - 1].null)
				return false;
			out[*n - 1].null = true;
			continue;
		}
		if (*n == DB_TYPES_MAX || (*p != 'i' && *p != 'u' && *p != 's' && *p != 'b'))
			return false;
		out[*n].type = *p;
		out[(*n)++].null = false;
	}
	return true;
}

static struct db_type *
keep_types(struct arena *a, const struct db_type *from, unsigned n)
{
	struct db_type *to = ARENA_ARRAY(a, struct db_type, n);

	for (unsigned i = 0; i < n; i++)
		to[i] = from[i];
	return to;
}

/* Binds the library to the slots, once. Texts get no buffer: their length is fetched first, then their bytes, straight
 * into the caller's arena. */
static void
point_binds(MYSQL_BIND *bind, struct db_slot *slot, const struct db_type *type, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		bind[i].is_null = &slot[i].null;
		bind[i].error = &slot[i].cut;
		bind[i].length = &slot[i].n;
		if (type[i].type == 'i' || type[i].type == 'u') {
			bind[i].buffer_type = MYSQL_TYPE_LONGLONG;
			bind[i].buffer = &slot[i].v;
			bind[i].buffer_length = sizeof(slot[i].v);
			bind[i].is_unsigned = type[i].type == 'u';
		} else {
			bind[i].buffer_type = type[i].type == 's' ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		}
	}
}

static bool
query_new(struct db *db, struct arena *a, const struct db_stmt *def, struct db_query **out, struct err *e)
{
	struct db_type in[DB_TYPES_MAX], result[DB_TYPES_MAX];
	struct db_query *q = ARENA_NEW(a, struct db_query);

	if (!parse_types(def->in, in, &q->n_in) || !parse_types(def->out, result, &q->n_out))
		return err_set(e, ERR_BUG, "statement %s: types \"%s\" -> \"%s\"", def->name, def->in, def->out);
	q->db = db;
	q->def = def;
	q->in = keep_types(a, in, q->n_in);
	q->out = keep_types(a, result, q->n_out);
	q->in_bind = ARENA_ARRAY(a, MYSQL_BIND, q->n_in);
	q->out_bind = ARENA_ARRAY(a, MYSQL_BIND, q->n_out);
	q->in_slot = ARENA_ARRAY(a, struct db_slot, q->n_in);
	q->out_slot = ARENA_ARRAY(a, struct db_slot, q->n_out);
	point_binds(q->in_bind, q->in_slot, q->in, q->n_in);
	point_binds(q->out_bind, q->out_slot, q->out, q->n_out);
	q->in_fixed = true;
	for (unsigned i = 0; i < q->n_in; i++)
		q->in_fixed = q->in_fixed && (q->in[i].type == 'i' || q->in[i].type == 'u');
	q->calls = q->n_out > 0 && strncasecmp(def->text, "CALL", 4) == 0;
	q->reads = q->calls || strncasecmp(def->text, "SELECT", 6) == 0 || strncasecmp(def->text, "WITH", 4) == 0;
	*out = q;
	return true;
}

bool
db_stmt_table(struct db *db, struct arena *a, struct err *e)
{
	db->query = ARENA_ARRAY(a, struct db_query *, db->setup.n_stmts);
	for (size_t i = 0; i < db->setup.n_stmts; i++) {
		if ((db->setup.stmts[i].roles & db->setup.role) == 0)
			continue;
		if (!query_new(db, a, &db->setup.stmts[i], &db->query[i], e))
			return false;
	}
	return true;
}

static const char *
type_name(enum enum_field_types type)
{
	switch (type) {
	case MYSQL_TYPE_TINY: return "TINYINT";
	case MYSQL_TYPE_SHORT: return "SMALLINT";
	case MYSQL_TYPE_INT24: return "MEDIUMINT";
	case MYSQL_TYPE_LONG: return "INT";
	case MYSQL_TYPE_LONGLONG: return "BIGINT";
	case MYSQL_TYPE_DECIMAL:
	case MYSQL_TYPE_NEWDECIMAL: return "DECIMAL";
	case MYSQL_TYPE_FLOAT:
	case MYSQL_TYPE_DOUBLE: return "DOUBLE";
	case MYSQL_TYPE_NULL: return "NULL";
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_VARCHAR: return "CHAR";
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB: return "TEXT";
	default: return "another type";
	}
}

static bool
is_integer(const MYSQL_FIELD *f)
{
	return f->type == MYSQL_TYPE_TINY || f->type == MYSQL_TYPE_SHORT || f->type == MYSQL_TYPE_INT24
	    || f->type == MYSQL_TYPE_LONG || f->type == MYSQL_TYPE_LONGLONG;
}

static bool
stmt_is_text(const MYSQL_FIELD *f)
{
	return f->type == MYSQL_TYPE_STRING || f->type == MYSQL_TYPE_VAR_STRING || f->type == MYSQL_TYPE_VARCHAR
	    || f->type == MYSQL_TYPE_TINY_BLOB || f->type == MYSQL_TYPE_BLOB || f->type == MYSQL_TYPE_MEDIUM_BLOB
	    || f->type == MYSQL_TYPE_LONG_BLOB;
}

static bool
stmt_fits(const MYSQL_FIELD *f, struct db_type type)
{
	bool is_unsigned = (f->flags & UNSIGNED_FLAG) != 0;

	if ((f->flags & NOT_NULL_FLAG) == 0 && !type.null)
		return false;
	switch (type.type) {
	case 'i': return is_integer(f) && !(is_unsigned && f->type == MYSQL_TYPE_LONGLONG);
	case 'u': return is_integer(f) && is_unsigned;
	case 's': return stmt_is_text(f) && f->charsetnr != BINARY_CHARSET;
	default: return stmt_is_text(f) && f->charsetnr == BINARY_CHARSET;
	}
}

static bool
check_parameters(struct db_query *q, struct err *e)
{
	return mysql_stmt_param_count(q->stmt) == q->n_in
	    || err_set(e, ERR_UPSTREAM, "statement %s has %lu parameters, the program binds %u", q->def->name,
		mysql_stmt_param_count(q->stmt), q->n_in);
}

static bool
check_columns(struct db_query *q, struct err *e)
{
	MYSQL_RES *meta;
	const MYSQL_FIELD *f;
	bool ok = true;

	if (mysql_stmt_field_count(q->stmt) != q->n_out)
		return err_set(e, ERR_UPSTREAM, "statement %s has %u columns, the program reads %u", q->def->name,
		    mysql_stmt_field_count(q->stmt), q->n_out);
	if (q->n_out == 0)
		return true;
	meta = mysql_stmt_result_metadata(q->stmt);
	if (meta == NULL)
		return err_set(e, ERR_UPSTREAM, "statement %s: no column types", q->def->name);
	f = mysql_fetch_fields(meta);
	for (unsigned i = 0; i < q->n_out && ok; i++) {
		if (stmt_fits(&f[i], q->out[i]))
			continue;
		ok = err_set(e, ERR_UPSTREAM, "statement %s: column %u (%s) is %s%s%s%s, the program reads %c%s",
		    q->def->name, i + 1, f[i].name, type_name(f[i].type), f[i].flags & UNSIGNED_FLAG ? " UNSIGNED" : "",
		    stmt_is_text(&f[i]) && f[i].charsetnr == BINARY_CHARSET ? " (bytes)" : "",
		    f[i].flags & NOT_NULL_FLAG ? " NOT NULL" : " NULL", q->out[i].type, q->out[i].null ? "?" : "");
	}
	mysql_free_result(meta);
	return ok;
}

static void
stmt_close(struct db_query *q)
{
	if (q->stmt != NULL)
		mysql_stmt_close(q->stmt);
	q->stmt = NULL;
}

/* A statement that does not fit the schema fills `unfit`; every other failure fills `e`. */
static bool
stmt_failed_first(struct db_query *q, const char *what, struct err *unfit, struct err *e)
{
	unsigned code = mysql_stmt_errno(q->stmt);

	unfit->code = (int)code;
	if (db_lost(q->db, code) || db_kind_of(code) != ERR_BUG)
		return db_fail(q->db, q->def->name, code, mysql_stmt_error(q->stmt), e);
	return err_set(unfit, ERR_UPSTREAM, "statement %s cannot be %s: %u %s", q->def->name, what, code,
	    mysql_stmt_error(q->stmt));
}

/* The columns of a procedure are known only once it was executed. With NULL for each parameter it returns no row. */
static bool
try_call(struct db_query *q, struct err *unfit, struct err *e)
{
	MYSQL_BIND none[DB_TYPES_MAX];
	bool ok;

	for (unsigned i = 0; i < q->n_in; i++)
		none[i] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_NULL};
	if (mysql_stmt_bind_param(q->stmt, none) != 0 || db_call_execute(q->db, q->stmt) != 0)
		return stmt_failed_first(q, "executed", unfit, e);
	ok = check_columns(q, unfit);
	if (db_call_fetch(q->db, q->stmt) != MYSQL_NO_DATA || !db_call_end(q->db, q->stmt))
		return stmt_failed_first(q, "executed", unfit, e);
	return ok;
}

static bool
stmt_prepare(struct db_query *q, struct err *unfit, struct err *e)
{
	struct db *db = q->db;
	uint64_t began_ns = clock_mono_ns();
	int failed;

	q->stmt = mysql_stmt_init(db->mysql);
	if (q->stmt == NULL)
		return db_fail(db, q->def->name, mysql_errno(db->mysql), mysql_error(db->mysql), e);
	db_call_limit(db, (uint64_t)db->setup.login.connect_ms);
	failed = db_call_prepare(db, q->stmt, str_z(q->def->text));
	control_db_answered(db->setup.control, clock_mono_ns() - began_ns);
	if (failed)
		(void)stmt_failed_first(q, "prepared", unfit, e);
	else if (!check_parameters(q, unfit) || !(q->calls ? try_call(q, unfit, e) : check_columns(q, unfit)))
		;
	else if ((q->n_out > 0 && !q->calls && mysql_stmt_bind_result(q->stmt, q->out_bind) != 0)
	    || (q->in_fixed && q->n_in > 0 && mysql_stmt_bind_param(q->stmt, q->in_bind) != 0))
		err_set(e, ERR_BUG, "statement %s: %s", q->def->name, mysql_stmt_error(q->stmt));
	else
		return true;
	stmt_close(q);
	return false;
}

/* Stores the reason and logs it once; a new connection with the same reason logs nothing. */
static void
stmt_reject(struct db_query *q, struct err *unfit)
{
	struct db *db = q->db;
	const char *remedy = db->setup.remedy == NULL ? NULL : db->setup.remedy(db->schema, unfit->code);
	size_t n = strlen(unfit->msg);

	if (remedy != NULL)
		snprintf(unfit->msg + n, sizeof(unfit->msg) - n, "; %s", remedy);
	if (q->why == NULL)
		q->why = ARENA_NEW(db->process_arena, struct err);
	if (!q->unusable)
		db_count_unusable(db);
	if (!str_eq_z(str_z(q->why->msg), unfit->msg))
		log_put(LOG_ERROR, "event=db_unusable statement=%s why=\"%s\"", q->def->name, unfit->msg);
	*q->why = *unfit;
	q->unusable = true;
	q->retry_ns = clock_mono_ns() + STMT_RETRY_NS;
}

bool
db_stmt_ready(struct db_query *q, struct err *e)
{
	struct err unfit = {0};

	if (q->stmt != NULL)
		return true;
	if (q->unusable && clock_mono_ns() < q->retry_ns)
		return db_pass(e, q->why);
	if (stmt_prepare(q, &unfit, e)) {
		q->unusable = false;
		if (q->why != NULL)
			err_clear(q->why);
		return true;
	}
	if (unfit.kind == ERR_NONE)
		return false;
	if (q->db->setup.role != DB_MIGRATE) /* a migration may create the missing part next */
		stmt_reject(q, &unfit);
	return db_pass(e, &unfit);
}

bool
db_stmt_prepare_all(struct db *db, struct err *e)
{
	uint64_t until_ns = db->setup.role == DB_WEB ? clock_mono_ns() + PREPARE_NS : CLOCK_NEVER;

	for (size_t i = 0; i < db->setup.n_stmts; i++) {
		struct err why = {0};

		if (db->query[i] != NULL && db->query[i]->stmt == NULL && clock_left_ns(until_ns) == 0) {
			db->unprepared = true;
			return true;
		}
		if (db->query[i] != NULL && !db_stmt_ready(db->query[i], &why) && !db->query[i]->unusable)
			return db_pass(e, &why);
	}
	return true;
}

size_t
db_unusable(const struct db *db, struct err *first)
{
	size_t n = 0;

	for (size_t i = 0; i < db->setup.n_stmts; i++) {
		if (db->query[i] == NULL || !db->query[i]->unusable)
			continue;
		db_pass(first, db->query[i]->why);
		n++;
	}
	return n;
}

void
db_stmt_close_all(struct db *db)
{
	for (size_t i = 0; i < db->setup.n_stmts; i++) {
		if (db->query[i] == NULL)
			continue;
		stmt_close(db->query[i]);
		db->query[i]->unusable = false;
	}
}
