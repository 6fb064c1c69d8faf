/* mail.h - `kontor mail`: one function per verb (verbs.def). */
#ifndef KONTOR_CMD_MAIL_MAIL_H
#define KONTOR_CMD_MAIL_MAIL_H

#include "cmd/cmd.h"

/* Each gets argv from its own name on, and returns the exit status. */
#define MAIL_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/mail/verbs.def"
#undef MAIL_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int mail_usage(const struct cmd *);

#endif
