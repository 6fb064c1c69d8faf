#include <stdio.h>
#include <unistd.h>

#include "cmd/backup/backup_make.h"
#include "cmd/cmd.h"
#include "work/progress.h"
#include "cmd/backup/restore_run.h"

static bool
restore_ask(const char *what)
{
	char answer[16] = "";

	printf("%s\nGo on? [y/N] ", what);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

/* The folder that contains the backup. */
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
	struct restore r = {.conf = &c->conf, .sql_dir = PKGDATADIR "/sql"};
	bool yes = false, no_check = false, no_safety = false;
	const struct cmd_option options[] = {{"yes", .flag = &yes}, {"no-check", .flag = &no_check},
	    {"no-safety", .flag = &no_safety}, {"safety", .text = &r.safety_dir}, {"migrations", .text = &r.sql_dir}};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2 || (no_safety && r.safety_dir != NULL))
		return cmd_usage(c);
	r.backup = c->argv[1];
	r.check = !no_check;
	if (!yes && isatty(STDIN_FILENO) != 1) {
		fprintf(stderr,
		    "kontor restore: standard input is no terminal for the question before replacing the database; "
		    "--yes skips the question\n");
		return CMD_USAGE;
	}
	if (!no_safety && r.safety_dir == NULL)
		r.safety_dir = beside(c->a, r.backup);
	r.ask = yes ? NULL : restore_ask;
	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	if (!restore_run(&r, c->a, &e)) {
		progress_clear();
		(void)cmd_fail(c, &e);
		fprintf(stderr, "%s\n", r.how);
		return CMD_FAILED;
	}
	progress_step("restored: %s\nThe configuration is unchanged; the backup's own is in %s/" BACKUP_CONFIG,
	    r.m.name.p, r.backup);
	return CMD_OK;
}
