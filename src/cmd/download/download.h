/* download.h - `kontor download` and `kontor code`: one function per verb (verbs.def). */
#ifndef KONTOR_CMD_DOWNLOAD_DOWNLOAD_H
#define KONTOR_CMD_DOWNLOAD_DOWNLOAD_H

#include "cmd/cmd.h"

#define DOWNLOAD_OUTPUT_MAX_B ((size_t)16 << 20)

/* Each gets argv from its own name on, and returns the exit status. */
#define DOWNLOAD_VERB(name, fn, args, help) int fn(struct cmd *);
#define CODE_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/download/verbs.def"

/* Print the usage of the verb argv[0]; return CMD_USAGE. */
int download_usage(const struct cmd *);
int code_usage(const struct cmd *);

#endif
