/* Looks at the outbox: list, show. */
#include <stdio.h>

#include "base/num.h"
#include "cmd/outbox/outbox.h"
#include "plat/text/columns.h"
#include "plat/text/secret.h"
#include "view/format.h"

static void
add_time(struct json_out *w, const char *name, int64_t at)
{
	if (at != 0) {
		format_json_time(w, name, at);
		return;
	}
	json_key(w, name);
	json_put_null(w);
}

static void
row_json(struct cmd *c, struct json_out *w, const struct outbox_look *x, bool contents)
{
	json_begin(w, '{');
	json_add_i64(w, "id", (int64_t)x->id);
	json_add_str(w, "kind", x->kind);
	json_add_str(w, "subject", x->subject);
	json_add_i64(w, "version", (int64_t)x->version);
	json_add_str(w, "state", str_z(outbox_state_name(x->state)));
	json_add_bool(w, "leased", x->leased);
	json_add_i64(w, "attempts", (int64_t)x->attempts);
	add_time(w, "created_at", x->created_at);
	add_time(w, "due_at", x->due_at);
	add_time(w, "hold_until", x->hold_until);
	add_time(w, "use_by", x->use_by);
	add_time(w, "done_at", x->done_at);
	json_key(w, "order");
	json_put_i64_or_null(w, (int64_t)x->order_id, x->order_id == 0);
	json_key(w, "cause");
	if (x->cause == NULL)
		json_put_null(w);
	else
		json_put_str(w, secret_hex(c->a, x->cause, OUTBOX_CAUSE_B));
	json_add_str(w, "why", x->why);
	if (contents)
		json_add_str(w, "payload", x->payload);
	json_end(w, '}');
}

static void
row_cells(struct cmd *c, struct columns *t, const struct outbox_look *x)
{
	columns_put(t, str_fmt(c->a, "%llu", (unsigned long long)x->id));
	columns_put(t, x->kind);
	columns_put(t, x->subject);
	columns_put(t, str_z(x->leased ? "under way" : outbox_state_name(x->state)));
	columns_put(t, str_fmt(c->a, "%u", x->attempts));
	columns_put(t, str_z(cmd_utc(c->a, x->due_at)));
	columns_put(t, columns_plain(c->a, x->why, false));
}

static bool
find_rows(struct cmd *c, struct db *db, const struct outbox_choice *choice, struct outbox_looks out[2], struct err *e)
{
	struct outbox_filter f;

	if (!outbox_choice_filter(c, choice, OUTBOX_WAITING, &f, e)
	    || !outbox_list(db, c->a, &f, choice->limit, &out[0], e))
		return false;
	f.state = OUTBOX_DEAD;
	return choice->state != NULL || outbox_list(db, c->a, &f, choice->limit, &out[1], e);
}

int
outbox_cmd_list(struct cmd *c)
{
	struct outbox_choice choice = {0};
	struct cmd_option options[OUTBOX_CHOICE_OPTIONS + 1];
	struct outbox_looks found[2] = {{0}};
	bool json = false;
	struct err e = {0};
	struct json_out w;
	struct columns t;
	struct buf b;
	struct db *db;

	outbox_choice_options(&choice, options);
	options[OUTBOX_CHOICE_OPTIONS] = (struct cmd_option){"json", .flag = &json};
	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return outbox_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !find_rows(c, db, &choice, found, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, OUTBOX_OUTPUT_MAX_B, '{');
	json_key(&w, "rows");
	json_begin(&w, '[');
	columns_init(&t, c->a, ">ID|KIND|SUBJECT|STATE|>ATTEMPTS|DUE, OR ENDED|WHY");
	for (size_t k = 0; k < ARRAY_LEN(found); k++)
		for (size_t i = 0; i < found[k].n; i++) {
			if (json)
				row_json(c, &w, &found[k].v[i], false);
			else
				row_cells(c, &t, &found[k].v[i]);
		}
	json_end(&w, ']');
	json_add_bool(&w, "more", found[0].n == choice.limit || found[1].n == choice.limit);
	if (json)
		return cmd_print_json(c, &w);
	buf_init(&b, c->a, OUTBOX_OUTPUT_MAX_B);
	columns_print(&t, &b);
	if (found[0].n == choice.limit || found[1].n == choice.limit)
		buf_fmt(&b, "... and perhaps more: --limit %llu\n", (unsigned long long)choice.limit);
	return cmd_print(c, &b);
}

static void
put_time(struct cmd *c, struct buf *b, const char *name, int64_t at)
{
	if (at != 0)
		buf_fmt(b, "%-10s %s\n", name, cmd_utc(c->a, at));
}

static int
print_row(struct cmd *c, const struct outbox_look *x)
{
	struct buf b;

	buf_init(&b, c->a, OUTBOX_OUTPUT_MAX_B);
	buf_fmt(&b, "%-10s %.*s %.*s, version %llu\n%-10s %s%s, attempts: %u\n", "row", STR_ARG(x->kind),
	    STR_ARG(x->subject), (unsigned long long)x->version, "state", outbox_state_name(x->state),
	    x->leased ? ", under way" : "", x->attempts);
	put_time(c, &b, "created", x->created_at);
	put_time(c, &b, x->state == OUTBOX_WAITING ? "next try" : "ended", x->due_at);
	put_time(c, &b, "held until", x->hold_until);
	put_time(c, &b, "use by", x->use_by);
	if (x->order_id != 0)
		buf_fmt(&b, "%-10s %llu\n", "order id", (unsigned long long)x->order_id);
	if (x->cause != NULL)
		buf_fmt(&b, "%-10s %s\n", "cause", secret_hex(c->a, x->cause, OUTBOX_CAUSE_B).p);
	if (x->why.n > 0)
		buf_fmt(&b, "%-10s %.*s\n", "why", STR_ARG(columns_plain(c->a, x->why, false)));
	if (x->payload.n > 0)
		buf_fmt(&b, "%-10s %.*s\n", "contents", STR_ARG(columns_plain(c->a, x->payload, true)));
	return cmd_print(c, &b);
}

int
outbox_cmd_show(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct outbox_look x;
	struct err e = {0};
	struct json_out w;
	struct db *db;
	uint64_t id;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2
	    || !num_u64(str_z(c->argv[1]), 1, INT64_MAX, &id))
		return outbox_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !outbox_get(db, c->a, id, &x, &e))
		return cmd_fail(c, &e);
	if (!json)
		return print_row(c, &x);
	json_init(&w, c->a, OUTBOX_OUTPUT_MAX_B, '{');
	json_key(&w, "row");
	row_json(c, &w, &x, true);
	return cmd_print_json(c, &w);
}
