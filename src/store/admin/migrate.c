#include "store/admin/migrate.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "plat/db/db_code.h"
#include "plat/db/db_text.h"
#include "plat/text/file.h"
#include "store/admin/accounts.h"
#include "store/admin/schema.h"
#include "store/admin/sql_text.h"
#include "store/sql.h"

#define FILES_MAX 1000
#define FILE_MAX_B ((size_t)16 << 20)
#define NUMBER_DIGITS 4
#define LOCK_WAIT_S 10
#define CONTROL_FILE "_control.sql"

struct file {
	uint64_t version;
	struct str name;
	struct str text, checksum;
};

struct applied {
	uint64_t version, done;
	uint64_t begun;   /* with `shape`: this statement was about to be executed, at this shape of the schema */
	struct str shape;
	struct str name, checksum;
	bool finished;
};

struct run {
	struct migrate *m;
	struct arena *a;
	struct file *file;
	struct applied *applied;
	size_t n_files, n_applied;
};

static bool
read_file(struct arena *a, const char *dir, struct str name, struct str *out, struct err *e)
{
	return file_get(a, str_fmt(a, "%s/%.*s", dir, STR_ARG(name)).p, FILE_MAX_B, out, e);
}

static bool
find_files(struct run *r, struct err *e)
{
	struct str *names;
	size_t n;

	if (!file_list(r->a, r->m->dir, STR(".sql"), &names, &n, e))
		return false;
	r->file = ARENA_ARRAY(r->a, struct file, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct file f = {.name = names[i]};

		if (f.name.n > NUMBER_DIGITS && f.name.p[NUMBER_DIGITS] == '_'
		    && num_u64(str_head(f.name, NUMBER_DIGITS), 1, FILES_MAX, &f.version))
			r->file[r->n_files++] = f;
	}
	for (size_t i = 0; i < r->n_files; i++)
		if (r->file[i].version != i + 1)
			return err_set(
			    e, ERR_INPUT, "%s: %s, expected number %04zu", r->m->dir, r->file[i].name.p, i + 1);
	return r->n_files > 0 || err_set(e, ERR_INPUT, "%s: no file is named NNNN_name.sql", r->m->dir);
}

/* The database computes the checksum, so that this program needs no hash function for it. */
static bool
load_files(struct run *r, struct err *e)
{
	if (!find_files(r, e))
		return false;
	for (size_t i = 0; i < r->n_files; i++) {
		struct db_query *q = db_query(r->m->db, SQL_SCHEMA_CHECKSUM);
		struct file *f = &r->file[i];
		struct db_rows rows;

		if (!read_file(r->a, r->m->dir, f->name, &f->text, e))
			return false;
		q_bytes(q, f->text);
		if (!db_get(q, r->a, &rows, e))
			return false;
		if (c_is_null(&rows))
			return err_set(e, ERR_BUG, "%s: no checksum", f->name.p);
		f->checksum = c_str(&rows);
	}
	return true;
}

/* Creates the table of the progress. Releases before schema 5 made it without the columns of a step. */
static bool
make_progress(struct run *r, struct err *e)
{
	struct db_rows rows;

	return db_run(db_query(r->m->db, SQL_SCHEMA_CREATE), NULL, e)
	    && db_get(db_query(r->m->db, SQL_SCHEMA_STEPS), r->a, &rows, e)
	    && (c_i64(&rows) != 0 || db_run(db_query(r->m->db, SQL_SCHEMA_EXTEND), NULL, e));
}

/* Only the newest file can be unfinished. */
static bool
load_step(struct run *r, struct err *e)
{
	struct applied *x = r->n_applied == 0 ? NULL : &r->applied[r->n_applied - 1];
	struct db_rows rows;
	bool found;

	if (x == NULL || x->finished || r->m->dry_run)
		return true;
	if (!db_find(db_query(r->m->db, SQL_SCHEMA_STEP), r->a, &rows, &found, e) || !found)
		return e->kind == ERR_NONE;
	x->begun = c_u64(&rows);
	x->shape = c_str(&rows);
	return true;
}

static bool
load_applied(struct run *r, struct err *e)
{
	struct db_rows rows;
	bool exists;

	if (!db_get(db_query(r->m->db, SQL_SCHEMA_TABLES), r->a, &rows, e))
		return false;
	exists = c_i64(&rows) != 0;
	if (!exists && r->m->dry_run)
		return true;
	if (!r->m->dry_run && !make_progress(r, e))
		return false;
	if (!db_select(db_query(r->m->db, SQL_SCHEMA_APPLIED), r->a, &rows, e))
		return false;
	r->applied = ARENA_ARRAY(r->a, struct applied, rows.n);
	while (db_next(&rows)) {
		struct applied *x = &r->applied[r->n_applied++];

		x->version = c_u64(&rows);
		x->name = c_str(&rows);
		x->checksum = c_str(&rows);
		x->done = c_u64(&rows);
		x->finished = !c_is_null(&rows);
		if (x->finished)
			c_i64(&rows);
	}
	return load_step(r, e);
}

static bool
check_applied(const struct run *r, struct err *e)
{
	for (size_t i = 0; i < r->n_applied; i++) {
		const struct applied *x = &r->applied[i];

		if (x->version != i + 1)
			return err_set(e, ERR_CONFLICT, "schema_migration has no row for number %04zu", i + 1);
		if (i >= r->n_files)
			return err_set(
			    e, ERR_CONFLICT, "the database has %s, which is newer than this program", x->name.p);
		if (!x->finished && !r->m->resume && !str_eq(x->checksum, r->file[i].checksum))
			return err_set(e, ERR_CONFLICT,
			    "%s is half applied (%llu of its statements were executed) and was changed since. If these "
			    "statements are the same, run `kontor migrate --resume`",
			    x->name.p, (unsigned long long)x->done);
		if (x->finished && !str_eq(x->checksum, r->file[i].checksum))
			return err_set(e, ERR_INPUT,
			    "%s/%s was changed after it was applied: a change needs a new file", r->m->dir,
			    r->file[i].name.p);
	}
	return true;
}

/* SESSION: must be executed again when a file is resumed. DATA: runs in a transaction. SCHEMA: commits by itself. */
enum step_kind { STEP_SESSION, STEP_DATA, STEP_SCHEMA };

static enum step_kind
step_kind_of(struct str stmt)
{
	static const struct {
		const char *word;
		enum step_kind kind;
	} words[] = {{"SET ", STEP_SESSION}, {"INSERT ", STEP_DATA}, {"UPDATE ", STEP_DATA}, {"DELETE ", STEP_DATA},
	    {"REPLACE ", STEP_DATA}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_case(str_head(stmt, strlen(words[i].word)), str_z(words[i].word)))
			return words[i].kind;
	return STEP_SCHEMA;
}

static bool
note_done(struct run *r, const struct file *f, uint64_t n, struct err *e)
{
	struct db_query *q = db_query(r->m->db, SQL_SCHEMA_DONE);

	q_u64(q, n);
	q_u64(q, f->version);
	return db_run(q, NULL, e);
}

static bool
shape_now(struct run *r, struct str *hash, struct err *e)
{
	struct schema s;

	if (!schema_read(r->m->db, r->a, &s, e))
		return false;
	*hash = schema_hash(r->a, &s);
	return true;
}

static bool
step_data(struct run *r, const struct file *f, uint64_t n, struct str stmt, struct err *e)
{
	bool ok = db_begin(r->m->db, e) && db_text_run(r->m->db, stmt, e) && note_done(r, f, n, e)
	    && db_commit(r->m->db, e);

	db_rollback(r->m->db); /* nothing after a COMMIT */
	return ok;
}

static bool
step_schema(struct run *r, const struct file *f, uint64_t n, struct str stmt, struct err *e)
{
	struct db_query *q;
	struct str shape;

	if (!shape_now(r, &shape, e))
		return false;
	q = db_query(r->m->db, SQL_SCHEMA_STEP_BEGIN);
	q_u64(q, n);
	q_str(q, shape);
	q_u64(q, f->version);
	return db_run(q, NULL, e) && db_text_run(r->m->db, stmt, e) && note_done(r, f, n, e);
}

static bool
run_step(struct run *r, const struct file *f, uint64_t n, struct str stmt, struct err *e)
{
	enum step_kind kind = f->version == 0 ? STEP_SESSION : step_kind_of(stmt);

	switch (kind) {
	case STEP_DATA: return step_data(r, f, n, stmt, e);
	case STEP_SCHEMA: return step_schema(r, f, n, stmt, e);
	default: return db_text_run(r->m->db, stmt, e);
	}
}

static bool
is_revoke(struct str stmt)
{
	return str_starts(stmt, STR("REVOKE "));
}

/* An account without the right is what a REVOKE wants. */
static bool
take_back(struct run *r, struct str stmt, struct err *e)
{
	struct err why = {0};

	if (r->m->keep_rights || db_text_run(r->m->db, stmt, &why) || db_code_no_grant(why.code))
		return true;
	*e = why;
	return false;
}

/* Executes the statements after the first `done`, and those that only affect the session. */
static bool
run_text(struct run *r, const struct file *f, uint64_t done, struct err *e)
{
	struct sql_text text = {.rest = f->text};
	uint64_t n = 0;
	struct str stmt;
	unsigned line;

	while (sql_text_next(&text, &stmt, &line)) {
		struct arena_mark mark = arena_mark(r->a);

		if (++n <= done && step_kind_of(stmt) != STEP_SESSION)
			continue;
		if (!(is_revoke(stmt) ? take_back(r, stmt, e) : run_step(r, f, n, stmt, e)))
			return err_context(e, "%s/%s:%u", r->m->dir, f->name.p, line);
		arena_rewind(r->a, mark);
	}
	return true;
}

/* A statement that was begun and not recorded as executed was executed if the schema has changed since: MariaDB
 * executes CREATE, ALTER and DROP wholly or not at all. One that changes nothing can be repeated. */
static bool
settle_step(struct run *r, const struct file *f, struct applied *x, struct err *e)
{
	struct str shape;

	if (x->begun <= x->done)
		return true;
	if (!shape_now(r, &shape, e))
		return false;
	if (str_eq(shape, x->shape))
		return true;
	x->done = x->begun;
	return note_done(r, f, x->done, e);
}

static bool
note_begin(struct run *r, const struct file *f, bool resumed, struct err *e)
{
	struct db_query *q;

	if (resumed) {
		q = db_query(r->m->db, SQL_SCHEMA_RESUME);
		q_str(q, f->checksum);
		q_u64(q, f->version);
	} else {
		q = db_query(r->m->db, SQL_SCHEMA_BEGIN);
		q_u64(q, f->version);
		q_str(q, f->name);
		q_str(q, f->checksum);
		q_i64(q, clock_utc_s());
	}
	return db_run(q, NULL, e);
}

static bool
apply_one(struct run *r, const struct file *f, struct applied *x, struct err *e)
{
	struct db_query *q;

	if (x != NULL && x->finished)
		return true;
	r->m->n_waiting++;
	r->m->say(str_fmt(r->a, "%s%s%s", f->name.p, x == NULL ? "" : ", begun by an interrupted run",
	    r->m->dry_run ? " would be applied" : "").p);
	if (r->m->dry_run)
		return true;
	if (!note_begin(r, f, x != NULL, e) || (x != NULL && !settle_step(r, f, x, e))
	    || !run_text(r, f, x == NULL ? 0 : x->done, e))
		return false;
	q = db_query(r->m->db, SQL_SCHEMA_FINISH);
	q_i64(q, clock_utc_s());
	q_u64(q, f->version);
	if (!db_run(q, NULL, e))
		return false;
	r->m->n_applied++;
	return true;
}

/* Runs a file that is not a migration, if it is there. A trial has no accounts to fill in. */
static bool
run_file(struct run *r, const char *name, const char *what, struct err *e)
{
	struct file f = {.name = str_z(name)};

	if (access(str_fmt(r->a, "%s/%s", r->m->dir, name).p, R_OK) != 0)
		return true;
	if (!read_file(r->a, r->m->dir, f.name, &f.text, e)
	    || (r->m->logins != NULL && !accounts_fill(r->a, r->m->logins, f.text, &f.text, e)))
		return false;
	r->m->say(what);
	return run_text(r, &f, 0, e);
}

static bool
grant(struct run *r, struct err *e)
{
	return run_file(r, "access.sql", "views and procedures", e)
	    && (r->m->no_grants || run_file(r, "grants.sql", "rights of the accounts", e));
}

static bool
make_control(struct run *r, struct err *e)
{
	for (size_t i = 0; i < r->n_files; i++) {
		struct file f = r->file[i];

		f.version = 0; /* 0: not recorded here; migrate_run() records it */
		if (str_ends(f.name, STR(CONTROL_FILE)) && !run_text(r, &f, 0, e))
			return false;
	}
	return true;
}

bool
migrate_control(struct migrate *m, struct arena *a, struct err *e)
{
	struct run r = {.m = m, .a = a};

	return load_files(&r, e) && make_control(&r, e);
}

static bool
locked_run(struct run *r, struct err *e)
{
	if (!load_files(r, e) || !load_applied(r, e) || !check_applied(r, e))
		return false;
	for (size_t i = 0; i < r->n_files; i++)
		if (!apply_one(r, &r->file[i], i < r->n_applied ? &r->applied[i] : NULL, e))
			return false;
	return r->m->dry_run || (make_control(r, e) && grant(r, e));
}

bool
migrate_lock(struct db *db, struct arena *a, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SCHEMA_LOCK);
	bool done;

	q_i64(q, LOCK_WAIT_S);
	return db_get_lock(q, a, &done, e)
	    && (done || err_set(e, ERR_CONFLICT, "another `kontor migrate`, `backup` or `restore` is running"));
}

/* Closing the connection frees the lock too, so a failure here is harmless. */
void
migrate_unlock(struct db *db, struct arena *a)
{
	struct err ignored = {0};
	bool done;

	if (!db_get_lock(db_query(db, SQL_SCHEMA_UNLOCK), a, &done, &ignored))
		err_clear(&ignored);
}

bool
migrate_run(struct migrate *m, struct arena *a, struct err *e)
{
	struct run r = {.m = m, .a = a};
	bool ok;

	if (!migrate_lock(m->db, a, e))
		return false;
	ok = locked_run(&r, e);
	migrate_unlock(m->db, a);
	return ok;
}
