#include "cmd/mail/mail.h"

static const struct cmd_verb rows[] = {
#define MAIL_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/mail/verbs.def"
#undef MAIL_VERB
};

static const struct cmd_verbs verbs = {"mail",
    "KIND is order_placed, payment_received, shipped and so on: `kontor mail preview help` lists them.", rows,
    ARRAY_LEN(rows)};

int
mail_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_mail(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
}
