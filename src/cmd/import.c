#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "work/import_run.h"

/* The exit status: IMPORT_SOME if rows were left out. */
enum { IMPORT_ALL = 0, IMPORT_SOME = 1, IMPORT_FAILED = 2 };

static bool
import_options(struct cmd *c, struct import *im, const char **report)
{
	const struct cmd_option options[] = {{"images", .text = &im->images},
	    {"translations", .text = &im->translations}, {"stock", .flag = &im->set_stock},
	    {"renames", .flag = &im->renames}, {"dry-run", .flag = &im->dry_run}, {"report", .text = report},
	    {"encoding", .text = &im->encoding}, {"fetch", .flag = &im->fetch}, {"location", .text = &im->location}};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || c->argc > 3)
		return false;
	im->products = c->argc == 3 ? c->argv[2] : NULL;
	im->inventory = strcmp(c->argv[1], "inventory") == 0;
	if (im->inventory)
		return im->products != NULL && im->translations == NULL && im->images == NULL;
	if (strcmp(c->argv[1], "products") != 0)
		return false;
	return im->products != NULL || im->translations != NULL;
}

int
cmd_import_run(struct cmd *c, struct import *im)
{
	struct err e = {0};
	bool ok;

	im->a = c->a;
	im->conf = &c->conf;
	im->now_s = clock_utc_s();
	im->progress = isatty(STDERR_FILENO) == 1;
	ok = cmd_db(c, DB_TOOL, &im->db, &e) && cmd_cache(c, &im->cache, &e) && import_run(im, &e);
	import_findings(im, stderr);
	if (im->n.rows > 0)
		import_summary(im, stdout);
	if (!ok) {
		cmd_fail(c, &e);
		return IMPORT_FAILED;
	}
	return im->n.rows_refused > 0 ? IMPORT_SOME : IMPORT_ALL;
}

int
cmd_import(struct cmd *c)
{
	struct import im = {0};
	const char *report = NULL;
	struct err e = {0};
	int status;

	if (!import_options(c, &im, &report))
		return cmd_usage(c);
	if (report != NULL && (im.report = fopen(report, "we")) == NULL) {
		err_set(&e, ERR_NOT_FOUND, "%s: %s", report, strerror(errno));
		cmd_fail(c, &e);
		return IMPORT_FAILED;
	}
	status = cmd_import_run(c, &im);
	if (report != NULL && fclose(im.report) != 0 && status != IMPORT_FAILED) {
		err_set(&e, ERR_UPSTREAM, "%s: %s", report, strerror(errno));
		cmd_fail(c, &e);
		return IMPORT_FAILED;
	}
	return status;
}
