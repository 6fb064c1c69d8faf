#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/config_check.h"
#include "cmd/setting/setting_conf.h"

#define OUTPUT_MAX_B ((size_t)1 << 20)

struct sources {
	struct cmd *c;
	struct setting_rows rows;
};

static struct str
source(void *arg, const struct conf_setting *s)
{
	struct sources *x = arg;

	return setting_source(x->c, &x->rows, s);
}

/* The file's values are shown if the database does not answer; only an unusable file is a failure. */
static bool
read_both(struct cmd *c, struct setting_rows *rows, struct err *e)
{
	struct err lost = {0};

	if (!cmd_conf(c, e))
		return false;
	if (!cmd_settings(c, rows, &lost))
		fprintf(stderr, "kontor: note: without the merchant's settings in the database: %s\n", lost.msg);
	return true;
}

static int
show(struct cmd *c, struct buf *b)
{
	struct sources x = {.c = c};
	struct err e = {0};

	if (!read_both(c, &x.rows, &e))
		return cmd_fail(c, &e);
	buf_fmt(b, "# the values in effect, each under its source\n");
	conf_put_all(b, &c->conf, source, &x);
	return cmd_print(c, b);
}

/* argv: "get", then SECTION.KEY. */
static int
get(struct cmd *c, struct buf *b)
{
	const struct conf_setting *s;
	struct setting_rows rows;
	struct err e = {0};

	s = conf_find(str_z(c->argv[2]), &e);
	if (s == NULL || !(s->merchant ? read_both(c, &rows, &e) : cmd_conf(c, &e)))
		return cmd_fail(c, &e);
	conf_put_value(b, &c->conf, s);
	buf_ch(b, '\n');
	return cmd_print(c, b);
}

/* argv: "set", then pairs of SECTION.KEY and value. */
static int
set(struct cmd *c)
{
	struct setting_conf change;
	struct err e = {0};

	if (c->argc < 4 || c->argc % 2 != 0)
		return cmd_usage(c);
	if (!setting_conf_begin(&change, c, &e))
		return cmd_fail(c, &e);
	for (int i = 2; i + 1 < c->argc; i += 2) {
		const struct conf_setting *row = conf_find(str_z(c->argv[i]), &e);

		if (row == NULL)
			return cmd_fail(c, &e);
		setting_conf_set(&change, row, str_z(c->argv[i + 1]));
	}
	return setting_conf_end(&change, &e) ? CMD_OK : cmd_fail(c, &e);
}

int
cmd_config(struct cmd *c)
{
	const char *what = c->argc == 2 ? c->argv[1] : "";
	struct buf b;

	if (c->argc > 2 && strcmp(c->argv[1], "set") == 0)
		return set(c);
	if (c->argc > 2 && strcmp(c->argv[1], "unset") == 0)
		return cmd_setting(c);
	buf_init(&b, c->a, OUTPUT_MAX_B);
	if (c->argc == 3 && strcmp(c->argv[1], "get") == 0)
		return get(c, &b);
	if (strcmp(what, "check") == 0)
		return config_check(c);
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
