/* Changes rows of the outbox: replay, drop. */
#include <stdio.h>

#include "base/num.h"
#include "cmd/outbox/outbox.h"

struct outbox_change {
	struct cmd *c;
	struct db *db;
	struct outbox_choice choice;
	bool replay, all, late, dry_run, json;
	struct outbox_looks rows;
	struct json_out w;
	bool kept; /* a row was not changed */
};

/* The reason why a row cannot be changed, or NULL. The statement has the same conditions. */
static const char *
unfit(const struct outbox_change *x, const struct outbox_look *row)
{
	if (x->replay) {
		if (row->state == OUTBOX_WAITING)
			return "it waits";
		if (row->state == OUTBOX_OVER)
			return "it was delivered";
		if (row->payload.n == 0)
			return "its contents were deleted";
		return row->late && !x->late ? "it is past its use (--late)" : NULL;
	}
	if (row->state == OUTBOX_OVER || row->state == OUTBOX_DROPPED)
		return "it has ended";
	if (str_eq(row->kind, STR("cache")))
		return "a cache delete is always due";
	return row->leased ? "it is being delivered" : NULL;
}

static bool
change_row(struct outbox_change *x, const struct outbox_look *row, const char **why, struct err *e)
{
	bool done = true;

	*why = unfit(x, row);
	if (*why != NULL || x->dry_run)
		return true;
	if (!(x->replay ? outbox_replay(x->db, row->id, x->late, &done, e)
			: outbox_drop(x->db, row->id, cmd_actor(x->c), &done, e)))
		return false;
	if (!done)
		*why = "it changed meanwhile";
	return true;
}

static void
put_row(struct outbox_change *x, const struct outbox_look *row, const char *why)
{
	const char *done = x->replay ? "waits again" : "dropped";

	x->kept = x->kept || why != NULL;
	if (!x->json) {
		printf("%llu %.*s %.*s: %s%s\n", (unsigned long long)row->id, STR_ARG(row->kind),
		    STR_ARG(row->subject), why != NULL ? "not changed, " : x->dry_run ? "would be: " : "",
		    why != NULL ? why : done);
		return;
	}
	json_begin(&x->w, '{');
	json_add_i64(&x->w, "id", (int64_t)row->id);
	json_add_str(&x->w, "kind", row->kind);
	json_add_str(&x->w, "subject", row->subject);
	json_add_bool(&x->w, "changed", why == NULL);
	json_add_str(&x->w, "why", str_z(why == NULL ? "" : why));
	json_end(&x->w, '}');
}

/* The rows by their ids, or those that the options select. */
static bool
choose_rows(struct outbox_change *x, struct err *e)
{
	struct cmd *c = x->c;
	struct outbox_filter f;

	if (c->argc == 1)
		return outbox_choice_filter(c, &x->choice, OUTBOX_DEAD, &f, e)
		    && outbox_list(x->db, c->a, &f, x->choice.limit, &x->rows, e);
	x->rows.v = ARENA_ARRAY(c->a, struct outbox_look, c->argc);
	for (int i = 1; i < c->argc; i++) {
		uint64_t id;

		if (!num_u64(str_z(c->argv[i]), 1, INT64_MAX, &id))
			return err_set(e, ERR_INPUT, "%s is no id of a row", c->argv[i]);
		if (!outbox_get(x->db, c->a, id, &x->rows.v[x->rows.n++], e))
			return false;
	}
	return true;
}

static bool
is_complete(const struct outbox_change *x)
{
	const struct outbox_choice *o = &x->choice;
	bool some = o->kind != NULL || o->why != NULL || o->cause != NULL;

	return x->c->argc > 1 ? !x->all && !some && o->state == NULL : x->all != some;
}

static int
run_change(struct outbox_change *x)
{
	struct err e = {0};

	if (!cmd_db(x->c, DB_TOOL, &x->db, &e) || !choose_rows(x, &e))
		return cmd_fail(x->c, &e);
	json_init(&x->w, x->c->a, OUTBOX_OUTPUT_MAX_B, '{');
	json_add_bool(&x->w, "dry_run", x->dry_run);
	json_key(&x->w, "rows");
	json_begin(&x->w, '[');
	for (size_t i = 0; i < x->rows.n; i++) {
		const char *why;

		if (!change_row(x, &x->rows.v[i], &why, &e))
			return cmd_fail(x->c, &e);
		put_row(x, &x->rows.v[i], why);
	}
	json_end(&x->w, ']');
	if (x->json && cmd_print_json(x->c, &x->w) != CMD_OK)
		return CMD_FAILED;
	return x->kept ? CMD_FAILED : CMD_OK;
}

static int
outbox_change_run(struct cmd *c, bool replay)
{
	struct outbox_change x = {.c = c, .replay = replay};
	struct cmd_option options[OUTBOX_CHOICE_OPTIONS + 4];

	outbox_choice_options(&x.choice, options);
	options[OUTBOX_CHOICE_OPTIONS] = (struct cmd_option){"all", .flag = &x.all};
	options[OUTBOX_CHOICE_OPTIONS + 1] = (struct cmd_option){"dry-run", .flag = &x.dry_run};
	options[OUTBOX_CHOICE_OPTIONS + 2] = (struct cmd_option){"json", .flag = &x.json};
	options[OUTBOX_CHOICE_OPTIONS + 3] = (struct cmd_option){"late", .flag = &x.late};
	if (!cmd_options(c, options, ARRAY_LEN(options) - (replay ? 0 : 1)) || !is_complete(&x))
		return outbox_usage(c);
	return run_change(&x);
}

int
outbox_cmd_replay(struct cmd *c)
{
	return outbox_change_run(c, true);
}

int
outbox_cmd_drop(struct cmd *c)
{
	return outbox_change_run(c, false);
}
