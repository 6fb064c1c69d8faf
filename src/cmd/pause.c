#include <stdio.h>

#include "cmd/cmd.h"

static int
set_paused(struct cmd *c, bool paused)
{
	struct control ctl;
	struct err e = {0};

	if (c->argc != 1)
		return cmd_usage(c);
	if (!cmd_conf(c, &e) || !control_open(&ctl, c->conf.paths_control_file.p, NULL, &e))
		return cmd_fail(c, &e);
	control_pause(&ctl, paused);
	control_close(&ctl);
	printf("%s\n", paused ? "ordering is paused; `kontor resume` takes orders again" : "orders are taken");
	return CMD_OK;
}

int
cmd_pause(struct cmd *c)
{
	return set_paused(c, true);
}

int
cmd_resume(struct cmd *c)
{
	return set_paused(c, false);
}
