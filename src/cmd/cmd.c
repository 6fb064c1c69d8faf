#include "cmd/cmd.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "plat/cache/cache_setup.h"
#include "plat/db/db_code.h"
#include "plat/text/json.h"
#include "store/setting_store.h"
#include "store/sql.h"
#include "view/form_hash.h"
#include "view/format.h"

#define ACTOR_MAX_B 64

static const struct {
	const char *name, *args, *help;
} commands[] = {
#define CMD(name, fn, args, help) {name, args, help},
#include "cmd/commands.def"
#undef CMD
};

bool
cmd_conf(struct cmd *c, struct err *e)
{
	bool ok = conf_load(c->a, conf_file(c->conf_file), &c->file, e);

	c->conf = c->file;
	return ok;
}

static void
note_refused(void *arg, struct str name, const char *reason)
{
	(void)arg;
	fprintf(stderr, "kontor: note: the database's value of %.*s is not used: %s\n", STR_ARG(name), reason);
}

static bool
merge_settings(struct cmd *c, const struct setting_rows *rows, setting_report_fn *report, struct err *e)
{
	struct setting_merge m = {.file = &c->file, .rows = rows, .report = report};
	struct shop_rules rules;

	return setting_merge(c->a, &m, &c->conf, &rules, e);
}

bool
cmd_settings(struct cmd *c, struct setting_rows *rows, struct err *e)
{
	struct setting_rows read = {0};
	struct db *db;
	bool ok;

	if (rows != NULL)
		*rows = read;
	if (!cmd_db(c, DB_MIGRATE, &db, e))
		return false;
	ok = setting_list(db, c->a, &read, e);
	db_close(db); /* the caller may fork */
	if (!ok && e->code != DB_CODE_NO_TABLE)
		return false;
	err_clear(e); /* before the first migration */
	if (rows != NULL)
		*rows = read;
	return merge_settings(c, &read, NULL, e);
}

bool
cmd_db(struct cmd *c, enum db_role role, struct db **db, struct err *e)
{
	struct setting_rows rows;
	struct db_setup setup;

	if (!cmd_conf(c, e))
		return false;
	setup = sql_setup(db_login_of(&c->conf, DB_ACCOUNT_TOOL), NULL, role);
	setup.currency = c->conf.site_currency.p;
	if (!db_open(c->a, &setup, db, e) || !db_connect(*db, e))
		return false;
	return role == DB_MIGRATE || (setting_read(*db, c->a, &rows, e) && merge_settings(c, &rows, note_refused, e));
}

bool
cmd_cache(struct cmd *c, struct cache **cache, struct err *e)
{
	struct control *ctl = ARENA_NEW(c->a, struct control); /* lives as long as the cache */
	struct err none = {0};
	struct cache_setup setup = cache_setup(&c->conf, form_hash(&c->conf));
	bool shared = control_open_tool(ctl, c->conf.paths_control_file.p, true, &none);

	return cache_open(c->a, &setup, shared ? ctl : control_none(), cache, e);
}

static const char *
login_name(void)
{
	const char *name = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *pw;

	if (name == NULL || *name == '\0')
		name = getlogin();
	if (name == NULL || *name == '\0') {
		pw = getpwuid(getuid());
		name = pw == NULL ? NULL : pw->pw_name;
	}
	return name == NULL || *name == '\0' ? "unknown" : name;
}

const char *
cmd_actor(const struct cmd *c)
{
	char *actor = (char *)str_fmt(c->a, "kontor:%.*s", ACTOR_MAX_B - 7, login_name()).p;

	for (char *p = actor; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			*p = '?';
	return actor;
}

const char *
cmd_utc(struct arena *a, int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	return str_zdup(a, str_z(text));
}

int
cmd_fail(const struct cmd *c, const struct err *e)
{
	fprintf(stderr, "kontor %s: %s\n", c->argv[0], e->msg);
	return CMD_FAILED;
}

void
cmd_note_fact(const struct cmd *c, enum fact_name name, int64_t value)
{
	struct err e = {0};

	if (!fact_save(c->conf.paths_facts_dir.p, name, clock_utc_s(), value, &e) && e.kind != ERR_NOT_FOUND)
		fprintf(stderr, "kontor %s: warning: the metrics do not know of it: %s\n", c->argv[0], e.msg);
}

bool
cmd_report(struct cmd *c, struct stats_report *r, struct err *e)
{
	struct control ctl;
	struct stats st;

	if (!stats_open_tool(&st, c->conf.paths_stats_file.p, false, e)
	    || !control_open_tool(&ctl, c->conf.paths_control_file.p, false, e))
		return e->kind == ERR_NOT_FOUND && err_context(e, "neither a worker nor kontor-jobs has run yet");
	stats_read(&st, c->a, r);
	control_report(&ctl, c->a, r);
	facts_load(c->conf.paths_facts_dir.p, r->facts);
	control_close(&ctl);
	stats_close(&st);
	return true;
}

int
cmd_print(const struct cmd *c, const struct buf *b)
{
	struct str s = buf_str(b);
	struct err e = {0};

	if (!buf_check(b, &e))
		return cmd_fail(c, &e);
	return fwrite(s.p, 1, s.n, stdout) == s.n ? CMD_OK : CMD_FAILED;
}

int
cmd_print_json(const struct cmd *c, struct json_out *w)
{
	struct err e = {0};
	struct str text;

	if (!json_done(w, '}', &text, &e))
		return cmd_fail(c, &e);
	return fwrite(text.p, 1, text.n, stdout) == text.n && putchar('\n') == '\n' ? CMD_OK : CMD_FAILED;
}

int
cmd_help_all(FILE *to)
{
	fprintf(to, "usage: kontor [--config FILE] COMMAND [...]\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to,
	    "\n`kontor COMMAND --help` shows its usage. Exit status: 0 success, 1 failed or found a fault,\n"
	    "2 wrong usage, or an import that could not start or continue. The configuration is --config, else\n"
	    "KONTOR_CONFIG, else the installed one.\n");
	return CMD_OK;
}

/* Prints usage and help of a command; false if there is no such command. */
static bool
put_help(FILE *to, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		fprintf(to, "usage: kontor [--config FILE] %s %s\n\n  %s\n", commands[i].name, commands[i].args,
		    commands[i].help);
		return true;
	}
	return false;
}

int
cmd_help_one(const char *name)
{
	return put_help(stdout, name) ? CMD_OK : CMD_USAGE;
}

int
cmd_usage(const struct cmd *c)
{
	(void)put_help(stderr, c->argv[0]);
	return CMD_USAGE;
}

static bool
take_option(const struct cmd_option *o, const char *value)
{
	if (o->number != NULL)
		return num_u64(str_z(value), o->min, o->max, o->number);
	if (o->flag != NULL)
		*o->flag = true;
	else
		*o->text = value;
	return true;
}

bool
cmd_options(struct cmd *c, const struct cmd_option *options, size_t n)
{
	struct option known[CMD_OPTIONS_MAX + 1] = {0};
	int i;

	ASSERT(n <= CMD_OPTIONS_MAX);
	for (size_t k = 0; k < n; k++)
		known[k] = (struct option){options[k].name, options[k].flag == NULL, NULL, (int)k}; /* 1: has a value */
	optind = 0; /* restarts getopt: main() stopped at the first word, but here options may follow it */
	while ((i = getopt_long(c->argc, c->argv, "", known, NULL)) != -1)
		if (i >= (int)n || !take_option(&options[i], optarg)) /* '?' is greater than n */
			return false;
	c->argv[optind - 1] = c->argv[0];
	c->argv += optind - 1;
	c->argc -= optind - 1;
	return true;
}

int
cmd_help(struct cmd *c)
{
	if (c->argc == 1)
		return cmd_help_all(stdout);
	if (c->argc == 2 && put_help(stdout, c->argv[1]))
		return CMD_OK;
	fprintf(stderr, "kontor help: there is no command '%s'\n", c->argv[1]);
	return CMD_USAGE;
}

static const struct cmd_verb *
verb_of(const struct cmd_verbs *verbs, const char *name)
{
	for (size_t i = 0; i < verbs->n; i++)
		if (strcmp(verbs->v[i].name, name) == 0)
			return &verbs->v[i];
	return NULL;
}

static void
put_verb(FILE *to, const struct cmd_verbs *verbs, const struct cmd_verb *verb)
{
	fprintf(to, "usage: kontor [--config FILE] %s %s %s\n\n  %s\n", verbs->command, verb->name, verb->args,
	    verb->help);
}

static int
put_verbs(FILE *to, const struct cmd_verbs *verbs)
{
	fprintf(to, "usage: kontor [--config FILE] %s VERB [...]\n\n", verbs->command);
	for (size_t i = 0; i < verbs->n; i++)
		fprintf(to, "  %-8s %s\n", verbs->v[i].name, verbs->v[i].help);
	fprintf(to, "\n`kontor %s VERB --help` shows its usage. %s\n", verbs->command, verbs->operand);
	return to == stdout ? CMD_OK : CMD_USAGE;
}

int
cmd_verb_usage(const struct cmd *c, const struct cmd_verbs *verbs)
{
	put_verb(stderr, verbs, verb_of(verbs, strchr(c->argv[0], ' ') + 1));
	return CMD_USAGE;
}

int
cmd_run_verb(struct cmd *c, const struct cmd_verbs *verbs)
{
	const struct cmd_verb *verb;

	if (c->argc < 2)
		return put_verbs(stderr, verbs);
	if (c->argc == 2 && strcmp(c->argv[1], "help") == 0)
		return put_verbs(stdout, verbs);
	if ((verb = verb_of(verbs, c->argv[1])) == NULL) {
		fprintf(stderr, "kontor %s: there is no '%s'; `kontor %s help` lists what there is\n", verbs->command,
		    c->argv[1], verbs->command);
		return CMD_USAGE;
	}
	if (c->argc == 3 && strcmp(c->argv[2], "--help") == 0) {
		put_verb(stdout, verbs, verb);
		return CMD_OK;
	}
	c->argv[1] = (char *)str_fmt(c->a, "%s %s", verbs->command, verb->name).p; /* in messages */
	c->argv++;
	c->argc--;
	return verb->fn(c);
}
