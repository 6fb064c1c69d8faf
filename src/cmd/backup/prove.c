#include "cmd/backup/prove.h"

#include <stdio.h>

#include "plat/host/db_dump.h"
#include "store/admin/copy_store.h"
#include "store/admin/migrate.h"
#include "store/admin/trial.h"
#include "store/admin/verify_store.h"
#include "store/sql.h"
#include "work/progress.h"

/* Closes everything after an error. */
static bool
connect_to(const struct db_login *login, enum db_role role, struct db **db, struct arena *a, struct err *e)
{
	struct db_setup setup = sql_setup(*login, NULL, role);
	struct err why = {0};

	if (!db_open(a, &setup, db, e))
		return false;
	if (db_connect(*db, e) && (db_unusable(*db, &why) == 0 || err_set(e, why.kind, "%s", why.msg)))
		return true;
	db_close(*db);
	return false;
}

static void
print_breaches(void *arg, const struct verify_result *r)
{
	size_t *broken = arg;

	if (r->n == 0)
		return;
	progress_clear();
	if (!r->check->takes_now)
		(*broken)++;
	fprintf(stderr, "%s %s: %s\n", r->check->takes_now ? "note: does not hold at the moment:" : "BROKEN",
	    r->check->name, r->check->promise);
	for (size_t i = 0; i < r->n; i++)
		fprintf(stderr, "        %.*s: %.*s\n", STR_ARG(r->breach[i].what), STR_ARG(r->breach[i].why));
	if (r->more)
		fprintf(stderr, "        and others\n");
}

bool
prove_books(const struct db_login *login, int64_t now_s, size_t *n_broken, struct arena *a, struct err *e)
{
	struct db *db;
	size_t all;
	bool ok;

	*n_broken = 0;
	if (!connect_to(login, DB_TOOL, &db, a, e))
		return false;
	ok = verify_run(db, now_s, print_breaches, n_broken, &all, e);
	db_close(db);
	return ok;
}

static bool
has_table(const struct manifest *m, struct str name)
{
	for (size_t i = 0; i < m->n_tables; i++)
		if (str_eq(m->table[i].name, name))
			return true;
	return false;
}

static bool
compare_rows(struct db *db, const struct manifest *m, struct arena *a, struct err *e)
{
	struct copy_state s;

	if (!copy_look(db, a, &s, e))
		return false;
	for (size_t i = 0; i < s.n_tables; i++)
		if (!has_table(m, s.table[i]))
			return err_set(
			    e, ERR_CONFLICT, "the dump has a table %s that the manifest does not name", s.table[i].p);
	if (s.n_tables != m->n_tables)
		return err_set(e, ERR_CONFLICT, "the dump has %zu tables, the manifest %zu", s.n_tables, m->n_tables);
	for (size_t i = 0; i < m->n_tables; i++) {
		uint64_t n;

		if (!copy_count(db, a, m->table[i].name, &n, e))
			return false;
		if (n != m->table[i].rows)
			return err_set(e, ERR_CONFLICT, "%.*s has %llu rows, the manifest says %llu",
			    STR_ARG(m->table[i].name), (unsigned long long)n, (unsigned long long)m->table[i].rows);
	}
	return true;
}

static bool
find_last_order(struct db *db, const struct manifest *m, struct arena *a, struct err *e)
{
	bool found = true;

	if (m->last_order.n > 0 && !copy_has_order(db, a, m->last_order, &found, e))
		return false;
	return found
	    || err_set(e, ERR_CONFLICT, "order %.*s, which was placed before the backup began, is missing",
		STR_ARG(m->last_order));
}

static void
say_nothing(const char *text)
{
	(void)text;
}

static bool
bring_up_to_date(const struct prove *p, struct db *db, struct arena *a, struct err *e)
{
	struct migrate m = {.db = db, .dir = p->sql_dir, .no_grants = true, .say = say_nothing};

	return migrate_run(&m, a, e);
}

static bool
try_it(const struct prove *p, const struct db_login *login, struct arena *a, struct err *e)
{
	struct db_dump d = {.login = login, .file = p->dump, .progress = progress_bytes, .arg = "trial restore"};
	struct db *db;
	size_t n_broken;
	bool ok;

	if (!db_dump_load(&d, a, e) || !connect_to(login, DB_MIGRATE, &db, a, e))
		return false;
	ok = compare_rows(db, p->m, a, e) && find_last_order(db, p->m, a, e) && bring_up_to_date(p, db, a, e);
	db_close(db);
	if (!ok || !prove_books(login, p->m->made_s, &n_broken, a, e))
		return false;
	return n_broken == 0
	    || err_set(e, ERR_CONFLICT, "the copy violates %zu invariant%s: see above", n_broken,
		PLURAL_S(n_broken));
}

bool
prove_dump(const struct prove *p, struct arena *a, struct err *e)
{
	struct trial *t = ARENA_NEW(a, struct trial);
	struct err ignored = {0};
	bool ok;

	if (!trial_open(t, &p->backup, a, e))
		return err_context(e, "trial");
	if (t->found_old)
		progress_step("check: dropped the trial database %s, left by an interrupted run", t->login.database.p);
	ok = try_it(p, &t->login, a, e) || err_context(e, "trial in %s", t->login.database.p);
	if (!trial_drop(t, a, ok ? e : &ignored))
		return false;
	return ok;
}
