#include <errno.h>
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
	const char *translations = NULL;
	struct export x = {.conf = &c->conf};
	const struct cmd_option options[] = {{"translations", .text = &translations}, {"excel", .flag = &x.excel}};
	struct err e = {0};
	bool ok;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || c->argc > 3
	    || strcmp(c->argv[1], "products") != 0)
		return cmd_usage(c);
	ok = cmd_db(c, DB_TOOL, &x.db, &e) && open_out(c->argc == 3 ? c->argv[2] : "-", &x.products, &e)
	    && (translations == NULL || open_out(translations, &x.translations, &e)) && export_run(&x, &e);
	ok = close_out(x.products, &e) && ok;
	ok = close_out(x.translations, &e) && ok;
	return ok ? CMD_OK : cmd_fail(c, &e);
}
