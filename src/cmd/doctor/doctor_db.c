/* The database: whether it answers, to whom, and whether it is the one that the programs are written for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "cmd/doctor/doctor_host.h"
#include "plat/db/db_code.h"
#include "plat/text/file.h"
#include "store/admin/accounts.h"
#include "store/admin/doctor_store.h"
#include "store/admin/grants.h"
#include "store/sql.h"

#define ANSWER_NS (3 * CLOCK_S)
#define GRANTS_FILE_B ((size_t)1 << 20)
#define NAMED_MAX 4
#define NAMES_MAX_B 2000
#define SPARE_CONNECTIONS 10
#define LATE_S 3600

struct account {
	const char *setting;
	struct str user, file;
};

enum { WEB, JOBS, TOOL, BACKUP, ACCOUNTS };

static void
accounts_of(const struct conf *c, struct account out[ACCOUNTS])
{
	out[WEB] = (struct account){"db.password_file", c->db_user, c->db_password_file};
	out[JOBS] = (struct account){"db.jobs_password_file", c->db_jobs_user, c->db_jobs_password_file};
	out[TOOL] = (struct account){"db.tool_password_file", c->db_tool_user, c->db_tool_password_file};
	out[BACKUP] = (struct account){"db.backup_password_file", c->db_backup_user, c->db_backup_password_file};
}

static const char *
where(struct doctor *d)
{
	const struct conf *c = d->conf;

	return c->db_host.n == 0 ? c->db_socket.p : str_fmt(d->a, "%s:%lld", c->db_host.p, (long long)c->db_port).p;
}

/* Logs in as any of them: as the tool's account of a configuration in which that one has this name. */
static bool
log_in(struct doctor *d, const struct account *as, struct db **db, struct err *e)
{
	struct conf *c = ARENA_NEW(d->a, struct conf);
	struct db_setup setup;

	*c = *d->conf;
	c->db_tool_user = as->user;
	c->db_tool_password_file = as->file;
	setup = sql_setup(c, NULL, DB_MIGRATE);
	if (!db_open(d->a, &setup, db, e))
		return false;
	db_deadline(*db, clock_mono_ns() + ANSWER_NS);
	return db_connect(*db, e);
}

/* Whether its password may be read here: who may not, looks at less. */
static bool
may_be(const struct account *x)
{
	return x->file.n == 0 || access(x->file.p, R_OK) == 0 || errno == ENOENT;
}

/* Whether the way to the socket is open to who runs this: nothing is wrong with a database that hides from others. */
static bool
may_reach(struct doctor *d)
{
	if (d->conf->db_host.n > 0 || access(d->conf->db_socket.p, F_OK) == 0 || errno != EACCES)
		return true;
	doctor_unseen(d, "%s: %s", d->conf->db_socket.p, strerror(EACCES));
	return false;
}

/* As the tool, else as the workers; false when neither can be had, which other checks tell. */
static bool
log_in_somehow(struct doctor *d, struct db **db)
{
	static const int order[] = {TOOL, WEB};
	struct account all[ACCOUNTS];
	const char *closed = "";
	bool tried = false;

	if (!may_reach(d))
		return false;
	accounts_of(d->conf, all);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct err e = {0};

		if (!may_be(&all[order[i]]))
			closed = all[order[i]].file.p;
		else if (log_in(d, &all[order[i]], db, &e))
			return true;
		else
			tried = true;
	}
	if (!tried) {
		doctor_unseen(d, "%s: %s", closed, strerror(EACCES));
		return false;
	}
	doctor_blocked(d, CHECK_database);
	return false;
}

/* ---- database ---- */

static void
judge_refusal(struct doctor *d, const struct err *e)
{
	const char *const *words = WITH("WHERE", where(d), "CONF", d->conf_file);

	if (strstr(e->msg, "no answer in time") != NULL)
		doctor_find(
		    d, FOUND_db_hangs, NULL, "the database at %s takes connections, but does not answer", where(d));
	else if (e->code == DB_CODE_FULL)
		doctor_find(d, FOUND_db_full, NULL, "the database at %s has no room for one more connection", where(d));
	else if (e->code == DB_CODE_NO_DATABASE)
		doctor_find(d, FOUND_db_none, NULL, "there is no database %s at %s", d->conf->db_name.p, where(d));
	else if (e->code == DB_CODE_STATEMENTS_FULL)
		doctor_blocked(d, CHECK_db_server);
	else if (db_code_refused(e->code))
		doctor_note(d, "it answers at %s, but not to this account: see the check accounts", where(d));
	else if (e->code == 0)
		doctor_unseen(d, "%s", e->msg);
	else
		doctor_find(d, FOUND_db_down, words, "the database at %s cannot be reached: %s", where(d), e->msg);
}

void
check_database(struct doctor *d)
{
	struct doctor_server *s = ARENA_NEW(d->a, struct doctor_server);
	struct account all[ACCOUNTS];
	struct err e = {0};
	struct db *db;

	if (!may_reach(d))
		return;
	accounts_of(d->conf, all);
	if (!may_be(&all[WEB])) {
		doctor_unseen(d, "%s: %s", all[WEB].file.p, strerror(errno));
		return;
	}
	if (log_in(d, &all[WEB], &db, &e) && doctor_server(db, d->a, s, &e))
		doctor_note(d, "%s at %s, %lld connections", s->version.p, where(d), (long long)s->connections);
	else
		judge_refusal(d, &e);
}

/* ---- accounts ---- */

/* What the files of SQL give to all of them. Passwords are not needed for that. */
static bool
read_wanted(struct doctor *d, struct str *text, struct err *e)
{
	static const char *const files[] = {"accounts.sql", "grants.sql"};
	struct conf *c = ARENA_NEW(d->a, struct conf);
	struct buf b;

	*c = *d->conf;
	c->db_password_file = c->db_jobs_password_file = STR("");
	c->db_tool_password_file = c->db_backup_password_file = STR("");
	buf_init(&b, d->a, GRANTS_FILE_B);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *path = str_fmt(d->a, "%s/%s", d->sql_dir, files[i]).p;
		struct str part;
		bool found;

		if (!file_find(d->a, path, GRANTS_FILE_B, &part, &found, e))
			return false;
		if (!found)
			return err_set(e, ERR_NOT_FOUND, "%s is not there: rights were not compared", path);
		if (!accounts_fill(d->a, c, part, &part, e))
			return false;
		buf_put(&b, part);
	}
	*text = buf_str(&b);
	return buf_check(&b, e);
}

static void
compare(struct doctor *d, const struct account *x, struct str wanted, struct str given)
{
	struct grants want = {.n = 0}, have = {.n = 0};
	const char *const *words =
	    WITH("ACCOUNT", str_fmt(d->a, "'%s'@'%s'", x->user.p, d->conf->db_host.n == 0 ? "localhost" : "%").p,
		"SETTING", x->setting, "CONF", d->conf_file);
	struct err e = {0};
	struct buf lacks, more;

	if (!grants_parse(d->a, wanted, x->user, &want, &e) || !grants_parse(d->a, given, x->user, &have, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	buf_init(&lacks, d->a, NAMES_MAX_B);
	buf_init(&more, d->a, NAMES_MAX_B);
	if (want.n > 0 && grants_beyond(&want, &have, NAMED_MAX, &lacks) > 0)
		doctor_find(d, FOUND_account_lacks, NULL, "the account %s lacks %s", x->user.p, buf_str(&lacks).p);
	if (want.n > 0 && grants_beyond(&have, &want, NAMED_MAX, &more) > 0)
		doctor_find(d, FOUND_account_too_much, words, "the account %s has more rights than it needs: %s",
		    x->user.p, buf_str(&more).p);
	if (have.no_password)
		doctor_find(d, d->conf->db_host.n == 0 ? FOUND_account_open : FOUND_account_open_tcp, words,
		    "the account %s needs no password: every user of this machine%s may be it", x->user.p,
		    d->conf->db_host.n == 0 ? "" : " and whoever reaches the server");
}

static bool
check_account(struct doctor *d, const struct account *x, struct str wanted)
{
	struct err e = {0};
	struct str given;
	struct db *db;

	if (!may_be(x)) {
		doctor_unseen(d, "the account %s: %s: %s", x->user.p, x->file.p, strerror(errno));
		return true;
	}
	if (log_in(d, x, &db, &e)) {
		if (doctor_grants(db, d->a, &given, &e))
			compare(d, x, wanted, given);
		else
			doctor_unseen(d, "the rights of %s: %s", x->user.p, e.msg);
		return true;
	}
	if (e.code == DB_CODE_DENIED_DATABASE)
		doctor_find(d, FOUND_account_lacks, NULL, "the account %s may not use the database %s", x->user.p,
		    d->conf->db_name.p);
	else if (db_code_refused(e.code))
		doctor_find(d, FOUND_account_refused, NULL, "the account %s is refused with the password of %s (%s)",
		    x->user.p, x->file.n == 0 ? "none" : x->file.p, e.msg);
	else if (e.code == 0)
		doctor_unseen(d, "the account %s: %s", x->user.p, e.msg);
	else
		doctor_blocked(d, CHECK_database);
	return db_code_refused(e.code) || e.code == 0;
}

void
check_accounts(struct doctor *d)
{
	struct account all[ACCOUNTS];
	struct str wanted = STR("");
	struct err e = {0};

	if (!may_reach(d))
		return;
	accounts_of(d->conf, all);
	if (!read_wanted(d, &wanted, &e)) {
		doctor_unseen(d, "%s", e.msg);
		wanted = STR("");
	}
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (!check_account(d, &all[i], wanted))
			return;
	doctor_note(d, "%s, %s, %s, %s", all[WEB].user.p, all[JOBS].user.p, all[TOOL].user.p, all[BACKUP].user.p);
}

/* ---- schema ---- */

/* Prepares all statements of a role, as its programs do when they connect. */
static void
check_fit(struct doctor *d, enum db_role role, const struct account *as, bool newer)
{
	struct db_setup setup = sql_setup(d->conf, NULL, role);
	struct err e = {0};
	struct db *db;
	size_t n = 0;

	if (!may_be(as) || !db_open(d->a, &setup, &db, &e))
		return;
	db_deadline(db, clock_mono_ns() + ANSWER_NS);
	if (db_connect(db, &e))
		n = db_unusable(db, &e);
	if (db_code_refused(e.code) || db_code_lacks_right(e.code))
		doctor_blocked(d, CHECK_accounts);
	else if (n == 0 && e.kind != ERR_NONE)
		doctor_blocked(d, CHECK_db_server);
	else if (n > 0)
		doctor_find(d, newer ? FOUND_schema_ahead : FOUND_schema_drift, NULL,
		    "%zu of the statements that %s sends do not fit the schema: %s", n, as->user.p, e.msg);
}

void
check_schema(struct doctor *d)
{
	struct account all[ACCOUNTS];
	struct doctor_schema s;
	struct err e = {0};
	struct db *db;

	accounts_of(d->conf, all);
	if (!log_in_somehow(d, &db))
		return;
	if (!doctor_schema(db, d->a, &s, &e)) {
		doctor_unseen(d, "%s", e.msg);
	} else if (!s.exists) {
		doctor_find(d, FOUND_schema_none, NULL, "the database %s has no schema", d->conf->db_name.p);
	} else if (s.unfinished.n > 0) {
		doctor_find(d, FOUND_schema_half, NULL, "the migration %s is half done: %llu of its statements are",
		    s.unfinished.p, (unsigned long long)s.done);
	} else if (s.version < SQL_SCHEMA) {
		doctor_find(d, FOUND_schema_behind, NULL, "the schema is at %lld, the programs need %d",
		    (long long)s.version, SQL_SCHEMA);
	} else if (s.version > SQL_SCHEMA + 1) {
		doctor_find(d, FOUND_schema_ahead, NULL, "the schema is at %lld, the programs know %d",
		    (long long)s.version, SQL_SCHEMA);
	} else {
		check_fit(d, DB_WEB, &all[WEB], s.version > SQL_SCHEMA);
		check_fit(d, DB_JOBS, &all[JOBS], s.version > SQL_SCHEMA);
		doctor_note(d, "schema %lld, programs for %d", (long long)s.version, SQL_SCHEMA);
	}
}

/* ---- the server ---- */

static void
check_room(struct doctor *d, const struct doctor_server *s)
{
	int64_t workers = 0, jobs = 0, need, statements;
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	for (size_t i = 0; i < r.n_backends; i++) {
		workers += r.backends[i].role == STATS_WORKER ? (int64_t)r.backends[i].alive : 0;
		jobs += r.backends[i].role == STATS_JOBS ? (int64_t)r.backends[i].alive : 0;
	}
	need = workers + jobs + SPARE_CONNECTIONS;
	statements = workers * (int64_t)doctor_statements(DB_WEB) + jobs * (int64_t)doctor_statements(DB_JOBS);
	if (s->max_connections < need)
		doctor_find(d, FOUND_db_connections,
		    WITH("SETTING", str_fmt(d->a, "max_connections = %lld", (long long)need * 2).p),
		    "max_connections is %lld; %lld workers, %lld kontor-jobs and tools need %lld",
		    (long long)s->max_connections, (long long)workers, (long long)jobs, (long long)need);
	if (s->max_statements < statements)
		doctor_find(d, FOUND_db_connections,
		    WITH("SETTING", str_fmt(d->a, "max_prepared_stmt_count = %lld", (long long)statements * 2).p),
		    "max_prepared_stmt_count is %lld; the workers and kontor-jobs prepare %lld",
		    (long long)s->max_statements, (long long)statements);
	doctor_note(d, "%lld of %lld connections, %lld of %lld prepared statements", (long long)s->connections,
	    (long long)s->max_connections, (long long)s->statements, (long long)s->max_statements);
}

static bool
is_old(struct str version)
{
	static const char *const old[] = {"10.5.", "10.4.", "10.3.", "10.2.", "10.1.", "10.0.", "5."};

	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		if (str_starts(version, str_z(old[i])))
			return true;
	return false;
}

static void
check_settings(struct doctor *d, const struct doctor_server *s)
{
	int64_t apart = s->now_s - clock_utc_s();

	if (s->flush_log != 1)
		doctor_find(d, FOUND_db_durability, WITH("SETTING", "innodb_flush_log_at_trx_commit = 1"),
		    "innodb_flush_log_at_trx_commit is %lld: a COMMIT does not wait for the disk",
		    (long long)s->flush_log);
	if (s->log_bin && s->sync_binlog != 1)
		doctor_find(d, FOUND_db_durability, WITH("SETTING", "sync_binlog = 1"),
		    "sync_binlog is %lld: the binary log does not wait for the disk", (long long)s->sync_binlog);
	if (s->read_only)
		doctor_find(d, FOUND_db_read_only, NULL, "the database server is read-only");
	if (!str_eq_z(s->charset, "utf8mb4"))
		doctor_find(d, FOUND_db_charset, WITH("DB", d->conf->db_name.p),
		    "the database %s is made for %s, not utf8mb4", d->conf->db_name.p, s->charset.p);
	if (is_old(s->version))
		doctor_find(
		    d, FOUND_db_old, NULL, "the database server is %s; 10.6 is the least that is tried", s->version.p);
	if (apart > DOCTOR_APART_S || apart < -DOCTOR_APART_S)
		doctor_find(d, FOUND_db_clock, NULL, "the database server's clock is %lld s %s",
		    (long long)(apart < 0 ? -apart : apart), apart < 0 ? "behind" : "ahead");
}

void
check_db_server(struct doctor *d)
{
	struct doctor_server s;
	struct err e = {0};
	struct db *db;

	if (!log_in_somehow(d, &db))
		return;
	if (!doctor_server(db, d->a, &s, &e)) {
		if (e.code == DB_CODE_STATEMENTS_FULL)
			doctor_find(d, FOUND_db_connections, WITH("SETTING", "max_prepared_stmt_count = 65000"),
			    "the database server prepares no more statements: max_prepared_stmt_count is used up");
		else
			doctor_unseen(d, "%s", e.msg);
		return;
	}
	check_settings(d, &s);
	check_room(d, &s);
}

/* ---- queue ---- */

void
check_queue(struct doctor *d)
{
	struct doctor_queue q;
	struct account all[ACCOUNTS];
	struct err e = {0};
	struct db *db;

	if (!may_reach(d))
		return;
	accounts_of(d->conf, all);
	if (!may_be(&all[TOOL])) {
		doctor_unseen(d, "%s: %s", all[TOOL].file.p, strerror(errno));
		return;
	}
	if (!log_in(d, &all[TOOL], &db, &e) || !doctor_queue(db, d->a, clock_utc_s() - LATE_S, &q, &e)) {
		doctor_blocked(d, CHECK_database);
		return;
	}
	if (q.dead > 0)
		doctor_find(d, FOUND_queue_dead, NULL, "%lld messages of the outbox were given up", (long long)q.dead);
	if (q.late > 0)
		doctor_find(d, FOUND_queue_late, WITH("START", look_start(d, "kontor-jobs")),
		    "%lld messages of the outbox have waited for more than an hour", (long long)q.late);
	doctor_note(d, "%lld waiting too long, %lld given up", (long long)q.late, (long long)q.dead);
}
