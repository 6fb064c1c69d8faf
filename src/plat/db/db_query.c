#include "plat/db/db_impl.h"

#include <errmsg.h>

struct db_query *
db_query(struct db *db, unsigned id)
{
	struct db_query *q;

	ASSERT(id < db->setup.n_stmts && db->query[id] != NULL);
	q = db->query[id];
	q->n_bound = 0;
	q->n_rows = 0;
	q->wrong = false;
	return q;
}

struct db_query *
db_query_rows(struct db *db, unsigned id, struct arena *a, size_t rows)
{
	struct db_query *q = db_query(db, id);

	ASSERT(rows > 0 && rows <= DB_ROWS_MAX);
	q->n_rows = (unsigned)rows;
	q->row_arena = a;
	q->row_slot = ARENA_ARRAY(a, struct db_slot, rows * q->n_in);
	return q;
}

static struct db_slot *
bind_next(struct db_query *q, char type)
{
	unsigned n = q->n_in * (q->n_rows > 0 ? q->n_rows : 1);
	struct db_slot *slot;
	struct db_type want;

	if (q->n_bound >= n) {
		q->wrong = true;
		return NULL;
	}
	want = q->in[q->n_bound % q->n_in];
	if (type == 0 ? !want.null : want.type != type) {
		q->wrong = true;
		return NULL;
	}
	slot = q->n_rows > 0 ? &q->row_slot[q->n_bound++] : &q->in_slot[q->n_bound++];
	slot->null = type == 0;
	return slot;
}

void
q_i64(struct db_query *q, int64_t v)
{
	struct db_slot *slot = bind_next(q, 'i');

	if (slot != NULL)
		slot->v.i = v;
}

void
q_u64(struct db_query *q, uint64_t v)
{
	struct db_slot *slot = bind_next(q, 'u');

	if (slot != NULL)
		slot->v.u = v;
}

static void
bind_text(struct db_query *q, char type, struct str s)
{
	struct db_slot *slot = bind_next(q, type);

	if (slot == NULL)
		return;
	slot->v.p = s.p != NULL ? s.p : "";
	slot->n = s.n;
}

void
q_str(struct db_query *q, struct str s)
{
	bind_text(q, 's', s);
}

void
q_bytes(struct db_query *q, struct str s)
{
	bind_text(q, 'b', s);
}

void
q_null(struct db_query *q)
{
	bind_next(q, 0);
}

static bool
stmt_failed(struct db_query *q, struct err *e)
{
	MYSQL *mysql = q->db->mysql;

	/* Errors in the middle of the rows are set on the connection only. */
	if (mysql_stmt_errno(q->stmt) == 0)
		return db_fail(q->db, q->def->name, mysql_errno(mysql), mysql_error(mysql), e);
	return db_fail(q->db, q->def->name, mysql_stmt_errno(q->stmt), mysql_stmt_error(q->stmt), e);
}

static bool
check_binds(struct db_query *q, unsigned want_columns, struct err *e)
{
	if (q->wrong || q->n_bound != q->n_in * (q->n_rows > 0 ? q->n_rows : 1))
		return err_set(e, ERR_BUG, "statement %s: bind %u does not fit \"%s\"", q->def->name, q->n_bound + 1,
		    q->def->in);
	if ((q->n_out == 0) != (want_columns == 0))
		return err_set(e, ERR_BUG, "statement %s has %u columns: run or select?", q->def->name, q->n_out);
	return true;
}

/* Numbers are bound once, to fixed slots. Texts are bound each time, since their addresses differ. */
static bool
bind_values(struct db_query *q, struct err *e)
{
	if (q->n_rows > 0)
		return db_bulk_bind(q) || stmt_failed(q, e);
	if (q->in_fixed)
		return true;
	for (unsigned i = 0; i < q->n_in; i++) {
		if (q->in[i].type != 's' && q->in[i].type != 'b')
			continue;
		q->in_bind[i].buffer = (void *)(uintptr_t)q->in_slot[i].v.p;
		q->in_bind[i].buffer_length = q->in_slot[i].n;
	}
	if (mysql_stmt_bind_param(q->stmt, q->in_bind) != 0)
		return stmt_failed(q, e);
	return true;
}

static bool
execute(struct db_query *q, struct err *e)
{
	struct db *db = q->db;
	uint64_t limit_ms = db_statement_ms(db);
	int fault = db_fault_due(db);

	if (fault > 0)
		return db_fail(db, q->def->name, (unsigned)fault, "provoked", e);
	if (fault == DB_FAULT_LOST_BEFORE)
		return db_fail(db, q->def->name, CR_SERVER_LOST, "provoked", e);
	/* The server ends a slow statement itself; the extra second lets its error arrive. */
	db_call_limit(db, limit_ms == 0 ? 0 : limit_ms + 1000);
	if (!bind_values(q, e))
		return false;
	if (db_call_execute(db, q->stmt) != 0)
		return stmt_failed(q, e);
	if (fault == DB_FAULT_LOST_AFTER)
		return db_fail(db, q->def->name, CR_SERVER_LOST, "provoked", e);
	db_alive(db, true);
	return true;
}

/* The size of the current row, with a NUL for each text. */
static size_t
row_bytes(const struct db_query *q)
{
	size_t n = sizeof(struct db_row) + q->n_out * sizeof(struct db_cell);

	for (unsigned i = 0; i < q->n_out; i++)
		if ((q->out[i].type == 's' || q->out[i].type == 'b') && !q->out_slot[i].null)
			n += q->out_slot[i].n + 1;
	return n;
}

static bool
take_text(struct db_query *q, unsigned i, struct db_cell *cell, char **text, struct err *e)
{
	const struct db_slot *slot = &q->out_slot[i];
	unsigned long n = slot->n;
	MYSQL_BIND bind = {
	    .buffer_type = q->out_bind[i].buffer_type, .buffer = *text, .buffer_length = n, .length = &n};

	cell->v.p = *text;
	cell->n = (uint32_t)n;
	if (n > 0 && mysql_stmt_fetch_column(q->stmt, &bind, i, 0) != 0)
		return stmt_failed(q, e);
	*text += cell->n + 1; /* the arena's memory is zeroed, so the NUL exists */
	return true;
}

static bool
take_row(struct db_query *q, struct db_row *row, struct err *e)
{
	char *text = (char *)&row->cell[q->n_out];

	for (unsigned i = 0; i < q->n_out; i++) {
		const struct db_slot *slot = &q->out_slot[i];

		if (slot->null) {
			if (!q->out[i].null)
				return err_set(e, ERR_BUG, "statement %s: column %u is NULL", q->def->name, i + 1);
			row->cell[i].null = true;
		} else if (q->out[i].type == 's' || q->out[i].type == 'b') {
			if (!take_text(q, i, &row->cell[i], &text, e))
				return false;
		} else if (slot->cut) {
			return err_set(e, ERR_BUG, "statement %s: column %u was cut off", q->def->name, i + 1);
		} else {
			row->cell[i].v = slot->v;
		}
	}
	return true;
}

static bool
query_read_rows(struct db_query *q, struct arena *a, struct db_rows *rows, struct err *e)
{
	struct db *db = q->db;
	struct db_row **link = (struct db_row **)(uintptr_t)&rows->first;
	size_t bytes = 0;
	int got;

	while ((got = db_call_fetch(db, q->stmt)) == 0 || got == MYSQL_DATA_TRUNCATED) {
		struct db_row *row;
		size_t n = row_bytes(q);

		bytes += n;
		if (rows->n == db->max_rows || bytes > db->max_bytes)
			return err_set(e, ERR_LIMIT, "statement %s: more than %zu rows or %zu bytes", q->def->name,
			    db->max_rows, db->max_bytes);
		row = arena_try(a, n);
		if (row == NULL)
			return err_set(e, ERR_LIMIT, "statement %s: no room for row %zu", q->def->name, rows->n + 1);
		if (!take_row(q, row, e))
			return false;
		*link = row;
		link = &row->next;
		rows->n++;
	}
	return got == MYSQL_NO_DATA || stmt_failed(q, e);
}

/* The library forgets the buffers of the columns with each execution. Half an answer would precede the next one, so an
 * error ends the connection. */
static bool
read_call(struct db_query *q, struct arena *a, struct db_rows *rows, struct err *e)
{
	bool ok = (mysql_stmt_bind_result(q->stmt, q->out_bind) == 0 || stmt_failed(q, e))
	    && query_read_rows(q, a, rows, e) && (db_call_end(q->db, q->stmt) || stmt_failed(q, e));

	if (!ok)
		db_drop(q->db);
	return ok;
}

static bool
select_once(struct db_query *q, struct arena *a, struct db_rows *rows, struct err *e)
{
	bool ok;

	*rows = (struct db_rows){.def = q->def, .type = q->def->out};
	if (!execute(q, e))
		return false;
	if (q->calls)
		return read_call(q, a, rows, e);
	ok = query_read_rows(q, a, rows, e);
	if (!ok && q->stmt != NULL)
		db_call_free(q->db, q->stmt); /* discards the remaining rows, which would precede the next answer */
	return ok;
}

static bool
run_once(struct db_query *q, uint64_t *affected, struct err *e)
{
	if (!execute(q, e))
		return false;
	if (affected != NULL)
		*affected = mysql_stmt_affected_rows(q->stmt);
	q->db->last_id = mysql_stmt_insert_id(q->stmt);
	return true;
}

static bool
prepared(struct db_query *q, struct err *e)
{
	return db_ready(q->db, e) && db_stmt_ready(q, e);
}

bool
db_run(struct db_query *q, uint64_t *affected, struct err *e)
{
	uint64_t began_ns;
	bool ok;

	if (!check_binds(q, 0, e) || !prepared(q, e))
		return false;
	began_ns = clock_mono_ns();
	ok = run_once(q, affected, e);
	if (q->n_rows > 0)
		db_bulk_end(q);
	db_count_query(q->db, began_ns);
	return ok;
}

bool
db_select(struct db_query *q, struct arena *a, struct db_rows *rows, struct err *e)
{
	struct db *db = q->db;

	if (!check_binds(q, 1, e))
		return false;
	for (int attempt = 0;; attempt++) {
		struct err why = {0};
		uint64_t began_ns;
		bool ok;

		if (!prepared(q, e))
			return false;
		began_ns = clock_mono_ns();
		ok = select_once(q, a, rows, &why);
		db_count_query(db, began_ns);
		if (ok)
			return true;
		/* The connection was lost between two requests, for example by a server restart: a read can simply be
		 * repeated. */
		if (q->reads && db_repeats(db) && db->tx == DB_TX_NONE && db->mysql == NULL && !db->timed_out
		    && attempt == 0)
			continue;
		return db_pass(e, &why);
	}
}

bool
db_find(struct db_query *q, struct arena *a, struct db_rows *rows, bool *found, struct err *e)
{
	*found = false;
	if (!db_select(q, a, rows, e))
		return false;
	if (rows->n > 1)
		return err_set(e, ERR_BUG, "statement %s: %zu rows instead of one", q->def->name, rows->n);
	*found = db_next(rows);
	return true;
}

bool
db_get(struct db_query *q, struct arena *a, struct db_rows *rows, struct err *e)
{
	bool found;

	return db_find(q, a, rows, &found, e)
	    && (found || err_set(e, ERR_NOT_FOUND, "statement %s: no row", q->def->name));
}

uint64_t
db_last_id(const struct db *db)
{
	return db->last_id;
}

bool
db_next(struct db_rows *rows)
{
	rows->row = rows->row == NULL ? rows->first : rows->row->next;
	if (rows->row == NULL) {
		rows->first = NULL; /* further calls also return false */
		return false;
	}
	rows->col = 0;
	rows->type = rows->def->out;
	return true;
}

static const struct db_cell *
next_cell(struct db_rows *rows, char type)
{
	const struct db_cell *cell;

	ASSERT(
	    rows->row != NULL && (*rows->type == type || (type == 0 && rows->type[0] != '\0' && rows->type[1] == '?')));
	cell = &rows->row->cell[rows->col];
	ASSERT(!cell->null || type == 0);
	if (type == 0 && !cell->null)
		return cell;
	rows->col++;
	rows->type += rows->type[1] == '?' ? 2 : 1;
	return cell;
}

bool
c_is_null(struct db_rows *rows)
{
	return next_cell(rows, 0)->null;
}

int64_t
c_i64(struct db_rows *rows)
{
	return next_cell(rows, 'i')->v.i;
}

uint64_t
c_u64(struct db_rows *rows)
{
	return next_cell(rows, 'u')->v.u;
}

struct str
c_str(struct db_rows *rows)
{
	const struct db_cell *cell = next_cell(rows, 's');

	return str_n(cell->v.p, cell->n);
}

struct str
c_bytes(struct db_rows *rows)
{
	const struct db_cell *cell = next_cell(rows, 'b');

	return str_n(cell->v.p, cell->n);
}
