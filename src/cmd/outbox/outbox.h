/* outbox.h - `kontor outbox`: one function per verb (verbs.def). */
#ifndef KONTOR_CMD_OUTBOX_OUTBOX_H
#define KONTOR_CMD_OUTBOX_OUTBOX_H

#include "cmd/cmd.h"
#include "plat/text/json.h"
#include "store/outbox_admin.h"

#define OUTBOX_OUTPUT_MAX_B ((size_t)64 << 20)

/* Each gets argv from its own name on, and returns the exit status. */
#define OUTBOX_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/outbox/verbs.def"
#undef OUTBOX_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int outbox_usage(const struct cmd *);

/* The options that select rows. */
struct outbox_choice {
	const char *kind, *state, *why, *cause;
	uint64_t limit;
};
#define OUTBOX_CHOICE_OPTIONS 5
void outbox_choice_options(struct outbox_choice *, struct cmd_option[OUTBOX_CHOICE_OPTIONS]);

/* ERR_INPUT for an unknown state, or a cause that is no number. Without --state, the filter's is `usual`. */
MUST_USE bool outbox_choice_filter(
    struct cmd *, const struct outbox_choice *, enum outbox_state usual, struct outbox_filter *, struct err *);

#endif
