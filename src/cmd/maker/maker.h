/* maker.h - the part of `kontor maker` that `kontor demo` shares. */
#ifndef KONTOR_CMD_MAKER_MAKER_H
#define KONTOR_CMD_MAKER_MAKER_H

#include "cmd/cmd.h"

/* Makes or changes the records of a table; "-": standard input. Returns the exit status. */
int maker_import(struct cmd *, const char *path, bool dry_run);

#endif
