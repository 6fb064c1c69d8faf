#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"
#include "plat/cache/cache_setup.h"
#include "work/import_run.h"
#include "view/form_hash.h"

/* The exit status of an import: 1 is for rows that were left out while the others went in. */
enum { IMPORT_ALL = 0, IMPORT_SOME = 1, IMPORT_FAILED = 2 };

static bool
import_options(struct cmd *c, struct import *im, const char **report)
{
	static const struct option known[] = {{"images", required_argument, NULL, 'i'},
	    {"translations", required_argument, NULL, 't'}, {"stock", no_argument, NULL, 's'},
	    {"dry-run", no_argument, NULL, 'n'}, {"report", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
	int opt;

	optind = 0; /* restarts getopt: main() stopped at the first word, but here options may follow it */
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'i': im->images = optarg; break;
		case 't': im->translations = optarg; break;
		case 's': im->set_stock = true; break;
		case 'n': im->dry_run = true; break;
		case 'r': *report = optarg; break;
		default: return false;
		}
	}
	if (optind == c->argc || strcmp(c->argv[optind], "products") != 0)
		return false;
	if (optind + 1 < c->argc)
		im->products = c->argv[optind + 1];
	return optind + 2 >= c->argc && (im->products != NULL || im->translations != NULL);
}

/* The import also works without a control file (nothing has run yet) or memcached: the outbox holds the deletes. */
static bool
open_cache(struct cmd *c, struct import *im, struct control *ctl, struct err *e)
{
	struct err none = {0};
	struct cache_setup setup = cache_setup(&c->conf, form_hash(&c->conf));
	bool shared = control_open_tool(ctl, c->conf.paths_control_file.p, true, &none);

	return cache_open(c->a, &setup, shared ? ctl : control_none(), &im->cache, e);
}

int
cmd_import_run(struct cmd *c, struct import *im)
{
	struct control ctl;
	struct err e = {0};
	bool ok;

	im->a = c->a;
	im->conf = &c->conf;
	im->now_s = clock_utc_s();
	im->progress = isatty(STDERR_FILENO) == 1;
	ok = cmd_db(c, DB_TOOL, &im->db, &e) && open_cache(c, im, &ctl, &e) && import_run(im, &e);
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
	struct import im = {.report = stderr};
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
