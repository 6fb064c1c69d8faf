#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/backup/backup_make.h"
#include "cmd/cmd.h"
#include "work/progress.h"
#include "cmd/backup/restore_run.h"

struct choice {
	bool yes, no_safety;
};

static bool
restore_options(struct cmd *c, struct restore *r, struct choice *ch)
{
	static const struct option known[] = {{"yes", no_argument, NULL, 'y'}, {"no-check", no_argument, NULL, 'n'},
	    {"no-safety", no_argument, NULL, 's'}, {"safety", required_argument, NULL, 'd'},
	    {"migrations", required_argument, NULL, 'm'}, {NULL, 0, NULL, 0}};
	int opt;

	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'y': ch->yes = true; break;
		case 'n': r->check = false; break;
		case 's': ch->no_safety = true; break;
		case 'd': r->safety_dir = optarg; break;
		case 'm': r->sql_dir = optarg; break;
		default: return false;
		}
	}
	if (optind + 1 != c->argc || (ch->no_safety && r->safety_dir != NULL))
		return false;
	r->backup = c->argv[optind];
	return true;
}

static bool
restore_ask(const char *what)
{
	char answer[16] = "";

	printf("%s\nGo on? [y/N] ", what);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

/* The folder that the backup lies in. */
static const char *
beside(struct arena *a, const char *backup)
{
	struct str s = str_z(backup);

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s = str_head(s, s.n - 1);
	while (s.n > 0 && s.p[s.n - 1] != '/')
		s = str_head(s, s.n - 1);
	return s.n == 0 ? "." : str_dup(a, s).p;
}

int
cmd_restore(struct cmd *c)
{
	struct restore r = {.conf = &c->conf, .sql_dir = PKGDATADIR "/sql", .check = true};
	struct choice ch = {.yes = false};
	struct err e = {0};

	if (!restore_options(c, &r, &ch))
		return cmd_usage(c);
	if (!ch.yes && isatty(STDIN_FILENO) != 1) {
		fprintf(stderr,
		    "kontor restore: it asks before it replaces the database, and standard input is no terminal: "
		    "--yes goes on without asking\n");
		return CMD_USAGE;
	}
	if (!ch.no_safety && r.safety_dir == NULL)
		r.safety_dir = beside(c->a, r.backup);
	r.ask = ch.yes ? NULL : restore_ask;
	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	if (!restore_run(&r, c->a, &e)) {
		progress_clear();
		(void)cmd_fail(c, &e);
		fprintf(stderr, "%s\n", r.how);
		return CMD_FAILED;
	}
	progress_step("restored: %s\nThe configuration is not touched; as it was then it lies in %s/" BACKUP_CONFIG,
	    r.m.name.p, r.backup);
	return CMD_OK;
}
