#include <stdio.h>

#include "cmd/cmd.h"

static int
set_paused(struct cmd *c, bool paused)
{
	struct stats st;
	struct err e = {0};

	if (c->argc != 1)
		return cmd_usage(c);
	if (!cmd_stats(c, true, &st, &e))
		return cmd_fail(c, &e);
	stats_pause(&st, paused);
	stats_close(&st);
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
