#include "cmd/outbox/outbox.h"

#include "plat/text/secret.h"

#define LIMIT_USUAL 1000
#define LIMIT_MAX 10000

static const struct cmd_verb rows[] = {
#define OUTBOX_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/outbox/verbs.def"
#undef OUTBOX_VERB
};

static const struct cmd_verbs verbs = {"outbox", "", rows, ARRAY_LEN(rows)};

int
outbox_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_outbox(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
}

void
outbox_choice_options(struct outbox_choice *x, struct cmd_option o[OUTBOX_CHOICE_OPTIONS])
{
	x->limit = LIMIT_USUAL;
	o[0] = (struct cmd_option){"kind", .text = &x->kind};
	o[1] = (struct cmd_option){"state", .text = &x->state};
	o[2] = (struct cmd_option){"why", .text = &x->why};
	o[3] = (struct cmd_option){"cause", .text = &x->cause};
	o[4] = (struct cmd_option){"limit", .number = &x->limit, .min = 1, .max = LIMIT_MAX};
}

bool
outbox_choice_filter(struct cmd *c, const struct outbox_choice *x, enum outbox_state usual, struct outbox_filter *f,
    struct err *e)
{
	uint8_t *cause = ARENA_ARRAY(c->a, uint8_t, OUTBOX_CAUSE_B);

	*f = (struct outbox_filter){.state = usual,
	    .kind = x->kind == NULL ? STR("") : str_z(x->kind),
	    .why = x->why == NULL ? STR("") : str_z(x->why)};
	if (x->state != NULL && !outbox_state_find(str_z(x->state), &f->state))
		return err_set(e, ERR_INPUT, "--state %s: it is waiting, done, dead or dropped", x->state);
	if (x->cause == NULL)
		return true;
	if (str_z(x->cause).n != 2 * OUTBOX_CAUSE_B || !secret_from_hex(str_z(x->cause), cause, OUTBOX_CAUSE_B))
		return err_set(e, ERR_INPUT, "--cause takes %d hexadecimal digits", 2 * OUTBOX_CAUSE_B);
	f->cause = str_n(cause, OUTBOX_CAUSE_B);
	return true;
}
