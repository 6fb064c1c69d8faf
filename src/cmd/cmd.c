#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#include "store/sql.h"

static const struct {
	const char *name, *args, *help;
} commands[] = {
#define CMD(name, fn, args, help) {name, args, help},
#include "cmd/commands.def"
#undef CMD
};

bool
cmd_conf(struct cmd *c, struct err *e)
{
	return conf_load(c->a, conf_file(c->conf_file), &c->conf, e);
}

bool
cmd_db(struct cmd *c, enum db_role role, struct db **db, struct err *e)
{
	struct db_setup setup;

	if (!cmd_conf(c, e))
		return false;
	setup = sql_setup(&c->conf, NULL, role);
	return db_open(c->a, &setup, db, e) && db_connect(*db, e);
}

int
cmd_fail(const struct cmd *c, const struct err *e)
{
	fprintf(stderr, "kontor %s: %s\n", c->argv[0], e->msg);
	return CMD_FAILED;
}

int
cmd_usage(const struct cmd *c)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, c->argv[0]) == 0)
			fprintf(stderr, "usage: kontor %s %s\n", commands[i].name, commands[i].args);
	}
	return CMD_USAGE;
}
