/* Checks that the database answers, that our accounts can log in, and that schema and server fit the programs. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/doctor/doctor.h"
#include "plat/db/db_code.h"
#include "plat/text/file.h"
#include "store/admin/accounts.h"
#include "store/admin/doctor_store.h"
#include "store/admin/grants.h"
#include "store/admin/schema.h"
#include "shop/country.h"
#include "store/catalogue/maker_store.h"
#include "store/sql.h"
#include "store/withdrawal/withdrawal_store.h"

#define WITHDRAWAL_WAITS_S 3600

#define ANSWER_NS (3 * CLOCK_S)
#define GRANTS_FILE_B ((size_t)1 << 20)
#define NAMED_MAX 4
#define NAMES_MAX_B 2000
#define SPARE_CONNECTIONS 10
#define KEYS_READ_S 60
#define CLOCK_APART_S 5 /* times in rows are compared with the workers' clocks */

struct account {
	const char *setting;
	struct db_login login;
};

static struct account
account_of(const struct doctor *d, enum db_account account)
{
	static const char *const settings[DB_ACCOUNT__MAX] = {
	    [DB_ACCOUNT_WEB] = "db.password_file",
	    [DB_ACCOUNT_JOBS] = "db.jobs_password_file",
	    [DB_ACCOUNT_TOOL] = "db.tool_password_file",
	    [DB_ACCOUNT_BACKUP] = "db.backup_password_file",
	};

	return (struct account){settings[account], db_login_of(d->conf, account)};
}

static const char *
where(struct doctor *d)
{
	const struct conf *c = d->conf;

	return c->db_host.n == 0 ? c->db_socket.p : str_fmt(d->a, "%s:%lld", c->db_host.p, (long long)c->db_port).p;
}

static const char *
account_name(const struct doctor *d, const struct account *x)
{
	return str_fmt(d->a, "'%s'@'%s'", x->login.user.p, x->login.from.p).p;
}

/* The account has as many connections, or sent as many statements, as it may. */
static bool
is_at_limit(int code)
{
	return code == DB_CODE_ACCOUNT_FULL || code == DB_CODE_ACCOUNT_LIMIT;
}

enum entry { ENTERED, REFUSED, SKIPPED };

/* Connects with an account. SKIPPED, after a report, if this user may not use the socket or read the password. Every
 * role except DB_MIGRATE prepares its statements. */
static enum entry
log_in(struct doctor *d, const struct account *x, enum db_role role, struct db **db, struct err *e)
{
	struct db_setup setup = sql_setup(x->login, NULL, role);
	const struct str socket = x->login.socket, file = x->login.password_file;
	const char *closed = NULL;

	if (x->login.host.n == 0 && access(socket.p, F_OK) != 0 && errno == EACCES)
		closed = socket.p;
	else if (file.n > 0 && access(file.p, R_OK) != 0 && errno != ENOENT)
		closed = file.p;
	if (closed != NULL) {
		doctor_unseen(d, "%s: %s", closed, strerror(errno));
		return SKIPPED;
	}
	if (!db_open(d->a, &setup, db, e))
		return REFUSED;
	db_deadline(*db, clock_mono_ns() + ANSWER_NS);
	return db_connect(*db, e) ? ENTERED : REFUSED;
}

/* Logs in as the tool, else as the workers. If both are refused, other checks report the reason. */
static bool
log_in_somehow(struct doctor *d, struct db **db)
{
	static const enum db_account order[] = {DB_ACCOUNT_TOOL, DB_ACCOUNT_WEB};
	bool refused = false, limited = false;

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const struct account x = account_of(d, order[i]);
		struct err e = {0};
		enum entry in = log_in(d, &x, DB_MIGRATE, db, &e);

		if (in == ENTERED)
			return true;
		refused |= in == REFUSED;
		limited |= is_at_limit(e.code) || db_code_refused(e.code);
	}
	if (refused)
		doctor_blocked(d, limited ? CHECK_accounts : CHECK_database);
	return false;
}

/* True if the account was refused only because the connection is not encrypted: the server gives the reason of a wrong
 * password. */
static bool
wants_tls(struct doctor *d, const struct account *x)
{
	struct account encrypted = *x;
	struct err e = {0};
	struct db *db;

	encrypted.login.tls = DB_TLS_ON;
	return x->login.host.n > 0 && x->login.tls == DB_TLS_OFF
	    && log_in(d, &encrypted, DB_MIGRATE, &db, &e) == ENTERED;
}

static bool
is_remote(const struct conf *c)
{
	return c->db_host.n > 0 && !str_starts(c->db_host, STR("127.")) && !str_eq_z(c->db_host, "::1")
	    && !str_eq_z(c->db_host, "localhost");
}

void
check_database(struct doctor *d)
{
	struct doctor_server *s = ARENA_NEW(d->a, struct doctor_server);
	const struct account x = account_of(d, DB_ACCOUNT_WEB);
	struct err e = {0};
	struct db *db;
	enum entry in = log_in(d, &x, DB_MIGRATE, &db, &e);

	if (in == SKIPPED)
		return;
	if (in == ENTERED && doctor_server(db, d->a, s, &e)) {
		doctor_note(d, "%s at %s, %lld connections", s->version.p, where(d), (long long)s->connections);
		if (x.login.tls == DB_TLS_OFF && is_remote(d->conf))
			FIND(d, db_tls_off, "WHERE", where(d));
	} else if (e.code == DB_CODE_NO_ANSWER)
		FIND(d, db_hangs, "WHERE", where(d));
	else if (e.code == DB_CODE_FULL)
		FIND(d, db_full, "WHERE", where(d));
	else if (e.code == DB_CODE_NO_DATABASE)
		FIND(d, db_none, "WHERE", where(d));
	else if (e.code == DB_CODE_TLS)
		FIND(d, db_tls, "WHERE", where(d), "WHY", e.msg);
	else if (e.code == DB_CODE_TLS_REQUIRED || (db_code_refused(e.code) && wants_tls(d, &x)))
		FIND(d, db_tls_required, "WHERE", where(d));
	else if (e.code == DB_CODE_STATEMENTS_FULL)
		doctor_blocked(d, CHECK_db_server);
	else if (db_code_refused(e.code) || is_at_limit(e.code))
		doctor_note(d, "%s answers, but refuses this account: see the check accounts", where(d));
	else if (e.code == 0)
		doctor_unseen(d, "%s", e.msg);
	else
		FIND(d, db_down, "WHERE", where(d), "WHY", e.msg);
}

/* Reads the rights of all accounts from the SQL files. */
static bool
read_wanted(struct doctor *d, struct str *text, struct err *e)
{
	static const char *const files[] = {"accounts.sql", "grants.sql"};
	struct db_login logins[DB_ACCOUNT__MAX];
	struct buf b;

	db_login_all(d->conf, logins);
	for (size_t i = 0; i < DB_ACCOUNT__MAX; i++)
		logins[i].password_file = STR("");
	buf_init(&b, d->a, GRANTS_FILE_B);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *path = str_fmt(d->a, "%s/%s", d->sql_dir, files[i]).p;
		struct str part;
		bool found;

		if (!file_find(d->a, path, GRANTS_FILE_B, &part, &found, e))
			return false;
		if (!found)
			return err_set(e, ERR_NOT_FOUND, "%s does not exist: rights were not compared", path);
		if (!accounts_fill(d->a, logins, part, &part, e))
			return false;
		buf_put(&b, part);
	}
	*text = buf_str(&b);
	return buf_check(&b, e);
}

static void
compare(struct doctor *d, const struct account *x, struct str wanted, struct str given)
{
	bool local = d->conf->db_host.n == 0;
	struct grants want = {.n = 0}, have = {.n = 0};
	struct err e = {0};
	struct buf lacks, more;

	if (!grants_parse(d->a, wanted, x->login.user, &want, &e)
	    || !grants_parse(d->a, given, x->login.user, &have, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	buf_init(&lacks, d->a, NAMES_MAX_B);
	buf_init(&more, d->a, NAMES_MAX_B);
	if (want.n > 0 && grants_beyond(&want, &have, NAMED_MAX, &lacks) > 0)
		FIND(d, account_lacks, "NAME", x->login.user.p, "RIGHTS", buf_str(&lacks).p);
	if (want.n > 0 && grants_beyond(&have, &want, NAMED_MAX, &more) > 0)
		FIND(d, account_too_much, "NAME", x->login.user.p, "RIGHTS", buf_str(&more).p, "ACCOUNT",
		    account_name(d, x));
	if (have.no_password && local)
		FIND(d, account_open, "NAME", x->login.user.p, "SETTING", x->setting);
	else if (have.no_password)
		FIND(d, account_open_tcp, "NAME", x->login.user.p, "SETTING", x->setting);
}

static void
report_refused(struct doctor *d, const struct account *x, const struct err *e)
{
	const char *name = x->login.user.p, *account = account_name(d, x);

	if (is_at_limit(e->code))
		FIND(d, account_full, "NAME", name, "ACCOUNT", account, "WHY", e->msg);
	else if (db_code_locked(e->code))
		FIND(d, account_locked, "NAME", name, "ACCOUNT", account);
	else if (e->code == DB_CODE_EXPIRED || e->code == DB_CODE_EXPIRED_LOGIN)
		FIND(d, account_expired, "NAME", name, "ACCOUNT", account);
	else if (e->code == DB_CODE_DENIED_DATABASE)
		FIND(d, account_lacks, "NAME", name, "RIGHTS",
		    str_fmt(d->a, "every right on the database %s", d->conf->db_name.p).p);
	else if (wants_tls(d, x))
		FIND(d, account_tls, "NAME", name);
	else
		FIND(d, account_refused, "NAME", name, "FILE",
		    x->login.password_file.n == 0 ? "none" : x->login.password_file.p, "WHY", e->msg);
}

/* False if the database itself is at fault: then the other accounts need not be tried. */
static bool
check_account(struct doctor *d, const struct account *x, struct str wanted)
{
	struct err e = {0};
	struct str given;
	struct db *db;
	enum entry in = log_in(d, x, DB_MIGRATE, &db, &e);

	if (in == SKIPPED)
		return true;
	if (in == ENTERED && doctor_grants(db, d->a, &given, &e))
		compare(d, x, wanted, given);
	else if (db_code_refused(e.code) || is_at_limit(e.code))
		report_refused(d, x, &e);
	else if (in == ENTERED || e.code == 0)
		doctor_unseen(d, "the account %s: %s", x->login.user.p, e.msg);
	else
		doctor_blocked(d, CHECK_database);
	return in == ENTERED || e.code == 0 || db_code_refused(e.code) || is_at_limit(e.code);
}

void
check_accounts(struct doctor *d)
{
	struct str wanted = STR("");
	struct err e = {0};

	if (!read_wanted(d, &wanted, &e)) {
		doctor_unseen(d, "%s", e.msg);
		wanted = STR("");
	}
	for (enum db_account i = 0; i < DB_ACCOUNT__MAX; i++) {
		const struct account x = account_of(d, i);

		if (!check_account(d, &x, wanted))
			return;
		doctor_note(d, "%s", x.login.user.p);
	}
}

/* Connects as a role, which prepares all its statements. */
static void
check_fit(struct doctor *d, enum db_account account, enum db_role role, bool newer)
{
	const struct account x = account_of(d, account);
	struct err e = {0};
	struct db *db;
	size_t n = 0;
	enum entry in = log_in(d, &x, role, &db, &e);

	if (in == ENTERED)
		n = db_unusable(db, &e);
	if (db_code_refused(e.code) || db_code_lacks_right(e.code) || is_at_limit(e.code))
		doctor_blocked(d, CHECK_accounts);
	else if (in == REFUSED)
		doctor_blocked(d, CHECK_db_server);
	else if (n > 0 && newer)
		FIND(d, schema_ahead, "REASON", e.msg);
	else if (n > 0)
		FIND(d, schema_drift, "N", doctor_n(d, (int64_t)n), "NAME", x.login.user.p, "WHY", e.msg);
}

/* Needs the tool's account: information_schema shows each account only what it has rights on. */
static void
check_parts(struct doctor *d)
{
	const struct account x = account_of(d, DB_ACCOUNT_TOOL);
	struct schema_lost first;
	struct schema schema;
	struct err e = {0};
	struct db *db;
	enum entry in = log_in(d, &x, DB_MIGRATE, &db, &e);
	size_t n;

	if (in != ENTERED)
		return;
	if (!schema_read(db, d->a, &schema, &e)) {
		doctor_unseen(d, "%s", e.msg);
		return;
	}
	n = schema_compare(d->a, &schema, &first, 1);
	if (n > 0)
		FIND(d, schema_lost, "N", doctor_n(d, (int64_t)n), "NAME", first.name.p, "SQL", first.remedy.p);
}

void
check_schema(struct doctor *d)
{
	struct doctor_schema s;
	struct err e = {0};
	struct db *db;

	if (!log_in_somehow(d, &db))
		return;
	if (!doctor_schema(db, d->a, &s, &e)) {
		doctor_unseen(d, "%s", e.msg);
	} else if (!s.exists) {
		FIND(d, schema_none);
	} else if (s.unfinished.n > 0) {
		FIND(d, schema_half, "FILE", s.unfinished.p, "N", doctor_n(d, (int64_t)s.done));
	} else if (s.version < SQL_SCHEMA) {
		FIND(d, schema_behind, "N", doctor_n(d, s.version), "OURS", doctor_n(d, SQL_SCHEMA));
	} else if (s.version > SQL_SCHEMA + 1) {
		FIND(d, schema_ahead, "REASON",
		    str_fmt(d->a, "the schema is at %lld, the programs know %d", (long long)s.version, SQL_SCHEMA).p);
	} else {
		check_fit(d, DB_ACCOUNT_WEB, DB_WEB, s.version > SQL_SCHEMA);
		check_fit(d, DB_ACCOUNT_JOBS, DB_JOBS, s.version > SQL_SCHEMA);
		if (s.version == SQL_SCHEMA)
			check_parts(d);
		if (!sql_currency_check(db, d->a, d->conf->site_currency, STR_NONE, &e) && e.kind == ERR_CONFLICT)
			FIND(d, prices_other, "REASON", e.msg);
		doctor_note(d, "the schema is at %lld; the programs need %d", (long long)s.version, SQL_SCHEMA);
	}
}

/* Reports a server limit `most` below `need`. */
static void
check_room(struct doctor *d, const char *setting, int64_t most, int64_t need, const char *what)
{
	if (most < need)
		FIND(d, db_connections, "REASON",
		    str_fmt(d->a, "%s is %lld; %s need %lld", setting, (long long)most, what, (long long)need).p,
		    "SETTING", str_fmt(d->a, "%s = %lld", setting, (long long)need * 2).p);
}

static void
check_rooms(struct doctor *d, const struct doctor_server *s)
{
	int64_t workers, jobs;
	const char *what;
	struct stats_report r;

	if (!look_stats(d, &r))
		return;
	workers = (int64_t)look_alive(&r, STATS_WORKER);
	jobs = (int64_t)look_alive(&r, STATS_JOBS);
	what = str_fmt(d->a, "%lld workers, %lld kontor-jobs and tools", (long long)workers, (long long)jobs).p;
	check_room(d, "max_connections", s->max_connections, workers + jobs + SPARE_CONNECTIONS, what);
	check_room(d, "max_prepared_stmt_count", s->max_statements,
	    workers * (int64_t)doctor_statements(DB_WEB) + jobs * (int64_t)doctor_statements(DB_JOBS), what);
	doctor_note(d, "%lld of %lld connections, %lld of %lld prepared statements", (long long)s->connections,
	    (long long)s->max_connections, (long long)s->statements, (long long)s->max_statements);
}

static void
check_settings(struct doctor *d, const struct doctor_server *s)
{
	static const char *const old[] = {"10.5.", "10.4.", "10.3.", "10.2.", "10.1.", "10.0.", "5."};
	int64_t apart = s->now_s - clock_utc_s();

	if (s->flush_log != 1)
		FIND(d, db_durability, "NAME", "innodb_flush_log_at_trx_commit", "N", doctor_n(d, s->flush_log));
	if (s->log_bin && s->sync_binlog != 1)
		FIND(d, db_durability, "NAME", "sync_binlog", "N", doctor_n(d, s->sync_binlog));
	if (s->read_only)
		FIND(d, db_read_only);
	if (!str_eq_z(s->charset, "utf8mb4"))
		FIND(d, db_charset, "NAME", s->charset.p);
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		if (str_starts(s->version, str_z(old[i])))
			FIND(d, db_old, "NAME", s->version.p);
	if (apart > CLOCK_APART_S || apart < -CLOCK_APART_S)
		FIND(d, db_clock, "N", doctor_n(d, apart));
}

void
check_db_server(struct doctor *d)
{
	struct doctor_server s;
	struct err e = {0};
	struct db *db;

	if (!log_in_somehow(d, &db))
		return;
	if (doctor_server(db, d->a, &s, &e)) {
		check_settings(d, &s);
		check_rooms(d, &s);
	} else if (e.code == DB_CODE_STATEMENTS_FULL) {
		FIND(d, db_connections, "SETTING", "max_prepared_stmt_count = 65000", "REASON",
		    "the database server prepares no more statements: max_prepared_stmt_count is used up");
	} else {
		doctor_unseen(d, "%s", e.msg);
	}
}

/* Makers outside the EU need a responsible person in it. */
static bool
look_makers(struct doctor *d, struct db *db, struct err *e)
{
	struct makers all;
	const char *name = "", *why = "";
	int64_t n = 0;

	if (!maker_list(db, d->a, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		enum country c;
		const char *lacks = maker_lacks(
		    &all.v[i], country_find(all.v[i].country, &c) && country_info(c)->zone == COUNTRY_EU);

		if (lacks != NULL && n++ == 0) {
			name = str_zdup(d->a, all.v[i].name);
			why = lacks;
		}
	}
	if (n > 0)
		FIND(d, maker_lacks, "N", doctor_n(d, n), "NAME", name, "WHY", why);
	doctor_note(d, "%zu makers", all.n);
	return true;
}

void
check_goods(struct doctor *d)
{
	static const char *const lacking[MAKER_NEED__MAX] = {"a maker with addresses",
	    "legal name, ingredients or operator of a food", "energy class, label or product information sheet"};
	const struct conf_list *lists[MAKER_NEED__MAX];
	const struct account x = account_of(d, DB_ACCOUNT_TOOL);
	struct err e = {0};
	struct db *db;
	enum entry in = log_in(d, &x, DB_MIGRATE, &db, &e);
	bool ok = in == ENTERED && look_makers(d, db, &e);

	if (in == SKIPPED)
		return;
	look_settings(d);
	lists[MAKER_NEED_SAFETY] = &d->conf->goods_safety;
	lists[MAKER_NEED_FOOD] = &d->conf->goods_food;
	lists[MAKER_NEED_ENERGY] = &d->conf->goods_energy;
	for (int i = 0; i < MAKER_NEED__MAX && ok; i++) {
		struct maker_lack lack = {.need = (enum maker_need)i,
		    .paths = lists[i]->v,
		    .n_paths = lists[i]->n,
		    .own_lang = d->conf->site_languages.v[0]};

		ok = lack.n_paths == 0 || maker_goods_lack(db, d->a, &lack, &e);
		if (ok && lack.n > 0)
			FIND(d, goods_lack, "N", doctor_n(d, (int64_t)lack.n), "WHAT", lacking[i], "NAME",
			    str_zdup(d->a, lack.handles));
	}
	if (!ok)
		doctor_blocked(d, CHECK_database);
}

void
check_queue(struct doctor *d)
{
	const struct account x = account_of(d, DB_ACCOUNT_TOOL);
	struct doctor_queue q;
	struct doctor_hook *hook;
	int64_t waiting, since_s;
	struct err e = {0};
	struct db *db;
	enum entry in = log_in(d, &x, DB_MIGRATE, &db, &e);
	size_t n;

	if (in == SKIPPED)
		return;
	if (in != ENTERED || !doctor_queue(db, d->a, &q, &e) || !doctor_hooks(db, d->a, &hook, &n, &e)
	    || !withdrawal_waiting(db, d->a, &waiting, &since_s, &e)) {
		doctor_blocked(d, CHECK_database);
		return;
	}
	if (q.dead > 0)
		FIND(d, queue_dead, "N", doctor_n(d, q.dead));
	if (q.late > 0)
		FIND(d, queue_late, "N", doctor_n(d, q.late));
	if (q.unsent > 0)
		FIND(d, queue_unsent, "N", doctor_n(d, q.unsent));
	if (waiting > 0 && since_s < clock_utc_s() - WITHDRAWAL_WAITS_S)
		FIND(d, withdrawal_waits, "N", doctor_n(d, waiting), "HOURS",
		    doctor_n(d, (clock_utc_s() - since_s) / 3600));
	for (size_t i = 0; i < n; i++)
		FIND(d, hook_paused, "NAME", hook[i].name.p, "WHY", hook[i].why.p);
	doctor_note(d, "%lld have waited too long, %lld have failed for good", (long long)(q.late + q.unsent),
	    (long long)q.dead);
}

/* Orders that were placed while a worker could still use the keys before are left out. */
void
check_links(struct doctor *d)
{
	const struct account x = account_of(d, DB_ACCOUNT_TOOL);
	const char *file = d->conf->order_links_file.p;
	struct secret_ring keys = {.n = 0};
	struct doctor_links l;
	struct err e = {0};
	struct stat st;
	struct db *db;
	enum entry in;

	if (stat(file, &st) != 0 || !secret_ring_load(&keys, file, &e))
		return; /* a finding of check_secrets() */
	in = log_in(d, &x, DB_MIGRATE, &db, &e);
	if (in == SKIPPED)
		return;
	if (in != ENTERED || !doctor_links(db, d->a, &keys, (int64_t)st.st_mtime + KEYS_READ_S, &l, &e)) {
		doctor_blocked(d, CHECK_database);
		return;
	}
	if (l.differ > 0)
		FIND(d, links_differ, "N", doctor_n(d, l.differ), "ALL", doctor_n(d, l.orders), "FILE", file);
	doctor_note(d, "%lld of the newest orders compared", (long long)l.orders);
}
