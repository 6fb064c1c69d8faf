#include "cmd/config_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/system.h"
#include "pay/transfer.h"
#include "plat/cache/cache.h"
#include "plat/host/task.h"
#include "serve/app.h"
#include "store/sql.h"

#define LIMIT_MS 60000

struct check {
	struct cmd *c;
	const struct rights_user *user; /* the child becomes this user; NULL: it does not */
	const struct setting_rows *rows; /* of the database; NULL: it was not read */
	struct buf *out;
	unsigned faults, untranslated;
};

/* The child's lines begin with F, a fault, or W, a warning. */
static void
check_put(struct check *x, char kind, const char *text)
{
	x->faults += kind == 'F';
	buf_fmt(x->out, "%c%s\n", kind, text);
}

static void
check_fault(void *arg, const char *text)
{
	check_put(arg, 'F', text);
}

static void
check_warning(void *arg, const char *text)
{
	check_put(arg, 'W', text);
}

static void
check_setting(void *arg, struct str name, const char *reason)
{
	struct check *x = arg;

	check_warning(x, str_fmt(x->c->a, "the database's value of %.*s is not used: %s; kontor setting unset %.*s",
			     STR_ARG(name), reason, STR_ARG(name)).p);
}

static void
check_template(void *arg, enum template_problem problem, const char *line)
{
	struct check *x = arg;

	if (problem == TEMPLATE_UNTRANSLATED)
		x->untranslated++;
	else
		check_put(x, problem == TEMPLATE_BROKEN ? 'F' : 'W', line);
}

/* A mistyped IBAN is shown to buyers as it is. */
static void
check_bank(struct check *x, const struct conf *c)
{
	struct transfer_account account;

	if (str_trim(c->order_bank).n == 0)
		check_warning(x, "order.bank is empty: buyers who choose bank transfer do not learn the account.");
	else if (str_eq_z(c->site_currency, "EUR")
		 && !transfer_account_find(x->c->a, c->order_bank, c->site_name, &account))
		check_warning(x, "order.bank has no valid IBAN, so orders show no QR code for banking apps.");
}

static void
check_run(void *arg, struct buf *out)
{
	struct check *x = arg;
	const struct app_report report = {
	    .conf = check_fault, .template = check_template, .rows = x->rows,
	    .setting = check_setting, .arg = x};
	struct app *app = ARENA_NEW(x->c->a, struct app);
	struct err e = {0};

	x->out = out;
	if (x->user != NULL && !rights_drop_to(x->user, &e)) {
		check_fault(x, e.msg);
		return;
	}
	if (!app_check(app, x->c->site, x->c->conf_file, &report, &e) && x->faults == 0)
		check_fault(x, e.msg);
	if (x->faults == 0 && !cache_unlock(app->cache, &e))
		check_warning(x, str_fmt(x->c->a, "memcached will not be used: %s", e.msg).p);
	if (x->faults == 0)
		(void)conf_warn(&app->conf, check_warning, x);
	if (x->faults == 0)
		check_bank(x, &app->conf);
	if (x->untranslated > 0)
		check_warning(x, str_fmt(x->c->a, "%u text%s of the pages not translated", x->untranslated,
				     PLURAL_S(x->untranslated)).p);
}

/* Prints the child's lines, and counts the faults and warnings among them. */
static void
put_lines(struct str lines, unsigned *faults, unsigned *warnings)
{
	struct str line;

	while (str_cut(&lines, '\n', &line)) {
		if (line.n == 0)
			continue;
		*faults += line.p[0] == 'F';
		*warnings += line.p[0] == 'W';
		fprintf(stderr, "%s%.*s\n", line.p[0] == 'W' ? "warning: " : "", STR_ARG(str_from(line, 1)));
	}
}

/* The workers refuse a database whose prices are in another currency. */
static bool
currency_is_wrong(struct cmd *c)
{
	struct db_setup setup;
	struct err e = {0};
	struct db *db;

	if (!cmd_conf(c, &e))
		return false;
	setup = sql_setup(db_login_of(&c->conf, DB_ACCOUNT_TOOL), NULL, DB_MIGRATE);
	if (db_open(c->a, &setup, &db, &e) && db_connect(db, &e)
	    && sql_currency_check(db, c->a, c->conf.site_currency, STR_NONE, &e))
		return false;
	if (e.kind == ERR_CONFLICT)
		fprintf(stderr, "%s\n", e.msg);
	return e.kind == ERR_CONFLICT;
}

/* Values that somebody may have changed in the file in vain. */
static void
warn_overridden(struct cmd *c, const struct setting_rows *rows, unsigned *warnings)
{
	size_t n;
	const struct conf_setting *s = conf_settings(&n);

	for (size_t i = 0; i < n; i++) {
		if (c->file.lines[i] == 0 || !setting_overrides(c->a, rows, &c->file, &s[i]))
			continue;
		fprintf(stderr,
		    "warning: %s:%d: %s.%s has another value in the database, which counts: kontor setting\n",
		    c->file.file, c->file.lines[i], s[i].section, s[i].key);
		++*warnings;
	}
}

int
config_check(struct cmd *c)
{
	const char *file = conf_file(c->conf_file);
	struct rights_user user;
	struct check x = {.c = c};
	struct task task = {.fn = check_run, .arg = &x, .limit_ms = LIMIT_MS};
	unsigned faults = 0, warnings = 0;
	struct setting_rows rows;
	struct err e = {0};

	if (cmd_settings(c, &rows, &e))
		x.rows = &rows;
	else if (e.kind != ERR_INPUT && e.kind != ERR_NOT_FOUND) /* these the child reports */
		fprintf(stderr, "note: without the merchant's settings in the database: %s\n", e.msg);
	err_clear(&e);
	if (geteuid() == 0 && system_worker_user(c->a, c->conf.paths_stats_file.p, &user) && user.uid != 0)
		x.user = &user;
	task_run(c->a, &task, 1, 1);
	if (task.end != TASK_DONE) {
		fprintf(stderr, "%s: the check did not finish\n", file);
		return CMD_FAILED;
	}
	put_lines(task.out, &faults, &warnings);
	if (x.rows != NULL)
		warn_overridden(c, &rows, &warnings);
	if (faults > 0 || currency_is_wrong(c)) {
		fprintf(stderr, "%s: cannot be used%s%s\n", file, x.user == NULL ? "" : " by the workers' user ",
		    x.user == NULL ? "" : user.name);
		return CMD_FAILED;
	}
	printf("%s: can be used%s\n", file, warnings > 0 ? ", but see the warnings" : "");
	return CMD_OK;
}
