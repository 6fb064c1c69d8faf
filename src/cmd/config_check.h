/* config_check.h - can workers use this configuration? Their own start is tried (serve/app.h), in a child process that
 * becomes their user when root asks. */
#ifndef KONTOR_CMD_CONFIG_CHECK_H
#define KONTOR_CMD_CONFIG_CHECK_H

#include "cmd/cmd.h"

/* Prints problems to standard error. CMD_OK: workers can use it, and it is loaded into c->conf. */
int config_check(struct cmd *);

#endif
