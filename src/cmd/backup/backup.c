#include <getopt.h>
#include <stdio.h>

#include "base/num.h"
#include "cmd/backup/backup_make.h"
#include "cmd/cmd.h"
#include "work/progress.h"

#define KEEP_MAX 100000

static bool
backup_options(struct cmd *c, struct backup *b)
{
	static const struct option known[] = {{"no-check", no_argument, NULL, 'n'},
	    {"before-upgrade", no_argument, NULL, 'u'}, {"keep", required_argument, NULL, 'k'},
	    {"migrations", required_argument, NULL, 'm'}, {NULL, 0, NULL, 0}};
	uint64_t keep;
	int opt;

	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'n': b->check = false; break;
		case 'u':
			b->kind = BACKUP_BEFORE_UPGRADE;
			b->check = false;
			break;
		case 'm': b->sql_dir = optarg; break;
		case 'k':
			if (!num_u64(str_z(optarg), 1, KEEP_MAX, &keep))
				return false;
			b->keep = (size_t)keep;
			break;
		default: return false;
		}
	}
	if (optind + 1 != c->argc)
		return false;
	b->dir = c->argv[optind];
	return true;
}

int
cmd_backup(struct cmd *c)
{
	struct backup b = {.conf = &c->conf, .sql_dir = PKGDATADIR "/sql", .check = true};
	struct err e = {0};
	bool ok;

	if (!backup_options(c, &b))
		return cmd_usage(c);
	ok = cmd_conf(c, &e) && backup_make(&b, c->a, &e);
	progress_clear();
	if (b.made)
		progress_step("made: %s", b.path);
	if (ok)
		return CMD_OK;
	(void)err_context(&e, b.made ? "the backup is made, but an old one cannot be removed" : "no backup was made");
	return cmd_fail(c, &e);
}
