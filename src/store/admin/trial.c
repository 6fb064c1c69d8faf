#include "store/admin/trial.h"

#include "plat/db/db_text.h"
#include "store/admin/accounts.h"
#include "store/sql.h"

#define DATABASE_NAME_MAX 64

static bool
lock(struct trial *t, struct arena *a, struct err *e)
{
	struct db_query *q = db_query(t->server, SQL_TRIAL_LOCK);
	bool done;

	q_str(q, t->login.database);
	return db_get_lock(q, a, &done, e)
	    && (done || err_set(e, ERR_CONFLICT, "another trial restore of this shop is running"));
}

static bool
find_old(struct trial *t, struct arena *a, struct err *e)
{
	struct db_query *q = db_query(t->server, SQL_TRIAL_FIND);
	struct db_rows rows;

	q_str(q, t->login.database);
	if (!db_get(q, a, &rows, e))
		return false;
	t->found_old = c_i64(&rows) > 0;
	return true;
}

static bool
drop(struct trial *t, struct arena *a, struct err *e)
{
	return db_text_run(t->server, sql_named(a, SQL_TRIAL_DROP, db_text_name(a, t->login.database)), e);
}

bool
trial_open(struct trial *t, const struct db_login *backup, struct arena *a, struct err *e)
{
	struct str name = str_fmt(a, "%s" ACCOUNTS_TRIAL "backup", backup->database.p);
	struct db_login server = *backup;
	struct db_setup setup;

	if (name.n > DATABASE_NAME_MAX)
		return err_set(e, ERR_INPUT, "db.name is too long: %s would have more than %d characters", name.p,
		    DATABASE_NAME_MAX);
	t->found_old = false;
	t->login = *backup;
	t->login.database = name;
	server.database = STR("");
	setup = sql_setup(server, NULL, DB_MIGRATE);
	return db_open(a, &setup, &t->server, e) && lock(t, a, e) && find_old(t, a, e) && drop(t, a, e)
	    && db_text_run(t->server, sql_named(a, SQL_TRIAL_CREATE, db_text_name(a, name)), e);
}

bool
trial_drop(struct trial *t, struct arena *a, struct err *e)
{
	bool ok = drop(t, a, e);

	db_close(t->server);
	return ok;
}
