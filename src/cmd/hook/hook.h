/* hook.h - `kontor hook`: one function per verb (verbs.def), which share how a receiver is found and shown. */
#ifndef KONTOR_CMD_HOOK_HOOK_H
#define KONTOR_CMD_HOOK_HOOK_H

#include "cmd/cmd.h"
#include "plat/text/json.h"
#include "store/hook_store.h"
#include "work/hook/hook_message.h"

#define HOOK_OUTPUT_MAX_B ((size_t)16 << 20)

/* Each gets argv from its own name on, and returns the exit status. */
#define HOOK_VERB(name, fn, args, help) int fn(struct cmd *);
#include "cmd/hook/verbs.def"
#undef HOOK_VERB

/* Prints the usage of the verb argv[0]; returns CMD_USAGE. */
int hook_usage(const struct cmd *);

/* Opens the database and finds the receiver argv[1]. */
MUST_USE bool hook_open(struct cmd *, struct db **, struct hook *, struct err *);

/* The state of a receiver, and what has been done to it. */
struct hook_report {
	const struct hook *hook;
	const char *done; /* "added", ...; NULL: it was only looked at */
	struct str secret, old_secret; /* .p NULL: not shown */
	bool dry_run, json;
};

/* Returns the exit status. */
int hook_report(struct cmd *, const struct hook_report *);

#endif
