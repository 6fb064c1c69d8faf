#include "cmd/hook/hook.h"

#include <stdio.h>

static const struct cmd_verb rows[] = {
#define HOOK_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/hook/verbs.def"
#undef HOOK_VERB
};

static const struct cmd_verbs verbs = {
    "hook", "NAME is a receiver, as `kontor hook list` shows it.", rows, ARRAY_LEN(rows)};

int
hook_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_hook(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
}

bool
hook_open(struct cmd *c, struct db **db, struct hook *h, struct err *e)
{
	return cmd_db(c, DB_TOOL, db, e) && secret_init(e) && hook_get(*db, c->a, str_z(c->argv[1]), h, e);
}

