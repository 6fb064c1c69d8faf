/* config_check.h - tests whether workers can use a configuration, by trying their start (serve/app.h) in a child
 * process. If the caller is root, the child becomes the workers' user. */
#ifndef KONTOR_CMD_CONFIG_CHECK_H
#define KONTOR_CMD_CONFIG_CHECK_H

#include "cmd/cmd.h"

/* Prints problems to standard error. CMD_OK: workers can use it, and it is loaded into c->conf. */
int config_check(struct cmd *);

#endif
