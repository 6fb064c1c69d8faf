#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

#define OUTPUT_MAX_B ((size_t)1 << 20)

static void
tell_fault(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static void
tell_warning(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "warning: %s\n", text);
}

static int
check(struct cmd *c)
{
	const char *file = conf_file(c->conf_file);
	struct err e = {0};
	size_t warnings;

	if (!conf_load_tell(c->a, file, &c->conf, tell_fault, NULL, &e))
		return CMD_FAILED;
	warnings = conf_warn(&c->conf, tell_warning, NULL);
	printf("%s: can be used%s\n", file, warnings > 0 ? ", but see the warnings" : "");
	return CMD_OK;
}

static int
show(struct cmd *c, struct buf *b)
{
	struct err e = {0};

	if (!cmd_conf(c, &e))
		return cmd_fail(c, &e);
	buf_fmt(b, "# the values in effect, from %s\n", c->conf.file);
	conf_put_all(b, &c->conf);
	return cmd_print(c, b);
}

int
cmd_config(struct cmd *c)
{
	const char *what = c->argc == 2 ? c->argv[1] : "";
	struct buf b;

	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (strcmp(what, "check") == 0)
		return check(c);
	if (strcmp(what, "show") == 0)
		return show(c, &b);
	if (strcmp(what, "example") == 0)
		conf_put_example(&b);
	else if (strcmp(what, "man") == 0)
		conf_put_man(&b);
	else
		return cmd_usage(c);
	return cmd_print(c, &b);
}
