
#include "cmd/backup/backup_make.h"
#include "cmd/cmd.h"
#include "work/progress.h"

#define KEEP_MAX 100000

int
cmd_backup(struct cmd *c)
{
	struct backup b = {.conf = &c->conf, .sql_dir = PKGDATADIR "/sql"};
	bool no_check = false, before_upgrade = false, ok;
	uint64_t keep = 0;
	const struct cmd_option options[] = {{"no-check", .flag = &no_check},
	    {"before-upgrade", .flag = &before_upgrade}, {"keep", .number = &keep, .min = 1, .max = KEEP_MAX},
	    {"migrations", .text = &b.sql_dir}};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return cmd_usage(c);
	b.dir = c->argv[1];
	b.keep = (size_t)keep;
	b.check = !no_check && !before_upgrade;
	if (before_upgrade)
		b.kind = BACKUP_BEFORE_UPGRADE;
	ok = cmd_conf(c, &e) && backup_make(&b, c->a, &e);
	progress_clear();
	if (b.made) {
		progress_step("made: %s", b.path);
		if (!before_upgrade && b.durable) /* that one is for a way back, not instead of the nightly one */
			cmd_note_fact(c, FACT_BACKUP, b.check);
	}
	if (ok)
		return CMD_OK;
	if (!b.made)
		(void)err_context(&e, "no backup was made");
	return cmd_fail(c, &e);
}
