#include <string.h>

#include "cmd/cmd.h"
#include "cmd/conf_change.h"
#include "cmd/config_check.h"

#define OUTPUT_MAX_B ((size_t)1 << 20)

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

/* The row of "section.key"; NULL with *e if there is none. */
static const struct conf_setting *
find_setting(const char *name, struct err *e)
{
	struct str key = str_z(name), section = STR("");
	const struct conf_setting *rows;
	size_t n;

	(void)str_cut(&key, '.', &section);
	rows = conf_settings(&n);
	for (size_t i = 0; i < n; i++)
		if (str_eq_z(section, rows[i].section) && str_eq_z(key, rows[i].key))
			return &rows[i];
	(void)err_set(e, ERR_INPUT, "there is no setting %s; `kontor config show` lists them", name);
	return NULL;
}

/* argv: "get", then SECTION.KEY. */
static int
get(struct cmd *c, struct buf *b)
{
	const struct conf_setting *s;
	struct err e = {0};

	s = find_setting(c->argv[2], &e);
	if (s == NULL || !cmd_conf(c, &e))
		return cmd_fail(c, &e);
	conf_put_value(b, &c->conf, s);
	buf_ch(b, '\n');
	return cmd_print(c, b);
}

/* argv: "set", then pairs of SECTION.KEY and value. */
static int
set(struct cmd *c)
{
	struct conf_change ch;
	struct err e = {0};

	if (c->argc < 4 || c->argc % 2 != 0)
		return cmd_usage(c);
	if (!conf_change_begin(&ch, c->a, conf_file(c->conf_file), &e))
		return cmd_fail(c, &e);
	for (int i = 2; i + 1 < c->argc; i += 2) {
		const struct conf_setting *row = find_setting(c->argv[i], &e);

		if (row == NULL)
			return cmd_fail(c, &e);
		conf_change_set(&ch, row->section, row->key, str_z(c->argv[i + 1]));
	}
	return conf_change_end(&ch, &e) ? CMD_OK : cmd_fail(c, &e);
}

int
cmd_config(struct cmd *c)
{
	const char *what = c->argc == 2 ? c->argv[1] : "";
	struct buf b;

	if (c->argc > 2 && strcmp(c->argv[1], "set") == 0)
		return set(c);
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
