#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cmd/cmd.h"
#include "work/export_run.h"

static bool
open_out(const char *path, FILE **f, struct err *e)
{
	*f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	return *f != NULL || err_set(e, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
}

static bool
close_out(FILE *f, struct err *e)
{
	return f == NULL || f == stdout || fclose(f) == 0 || err_set(e, ERR_UPSTREAM, "writing: %s", strerror(errno));
}

int
cmd_export(struct cmd *c)
{
	static const struct option known[] = {{"translations", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
	const char *products = "-", *translations = NULL;
	struct export x = {.conf = &c->conf};
	struct err e = {0};
	bool ok;
	int opt;

	optind = 0; /* restarts getopt: main() stopped at the first word */
	while ((opt = getopt_long(c->argc, c->argv, "", known, NULL)) != -1) {
		if (opt != 't')
			return cmd_usage(c);
		translations = optarg;
	}
	if (optind == c->argc || strcmp(c->argv[optind], "products") != 0 || optind + 2 < c->argc)
		return cmd_usage(c);
	if (optind + 1 < c->argc)
		products = c->argv[optind + 1];
	ok = cmd_db(c, DB_TOOL, &x.db, &e) && open_out(products, &x.products, &e)
	    && (translations == NULL || open_out(translations, &x.translations, &e)) && export_run(&x, &e);
	ok = close_out(x.products, &e) && ok;
	ok = close_out(x.translations, &e) && ok;
	return ok ? CMD_OK : cmd_fail(c, &e);
}
