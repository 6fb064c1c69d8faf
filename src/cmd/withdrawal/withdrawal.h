/* withdrawal.h - `kontor withdrawal`: one function per verb (verbs.def). */
#ifndef KONTOR_CMD_WITHDRAWAL_WITHDRAWAL_H
#define KONTOR_CMD_WITHDRAWAL_WITHDRAWAL_H

#include "cmd/cmd.h"

/* Each gets argv from its own name on, and returns the exit status. */
#define WITHDRAWAL_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/withdrawal/verbs.def"
#undef WITHDRAWAL_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int withdrawal_usage(const struct cmd *);

#endif
