#include "cmd/withdrawal/withdrawal.h"

#include <stdio.h>

#include "base/num.h"
#include "plat/text/columns.h"
#include "plat/text/json.h"
#include "store/withdrawal/withdrawal_store.h"
#include "view/format.h"

#define OUTPUT_MAX_B ((size_t)16 << 20)
#define LIST_USUAL 50
#define LIST_MAX 1000

static const struct cmd_verb rows[] = {
#define WITHDRAWAL_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/withdrawal/verbs.def"
#undef WITHDRAWAL_VERB
};

static const struct cmd_verbs verbs = {
    "withdrawal", "ID is a declaration, as `kontor withdrawal list` shows it.", rows, ARRAY_LEN(rows)};

int
withdrawal_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_withdrawal(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
}

static void
json_withdrawal(struct json_out *w, const struct withdrawal_row *x)
{
	json_add_i64(w, "id", (int64_t)x->id);
	json_add_str(w, "state", str_z(withdrawal_state_name(x->state)));
	format_json_time(w, "received", x->declared.at);
	json_add_str(w, "language", x->declared.lang);
	json_add_str(w, "name", x->declared.name);
	json_add_str(w, "email", x->declared.email);
	json_add_str(w, "contract", x->declared.contract);
	json_add_str(w, "goods", x->declared.goods);
	json_add_str(w, "pieces", x->declared.pieces);
	json_add_str(w, "order", x->number);
	json_key(w, "return");
	json_put_i64_or_null(w, (int64_t)x->return_id, x->return_id == 0);
	json_add_str(w, "by", x->actor);
	json_add_str(w, "why", x->why);
	format_json_time(w, "changed", x->changed_at);
}

static bool
find_state(const char *name, int *state)
{
	*state = -1;
	if (name == NULL)
		return true;
	for (int i = 0; i < WITHDRAWAL_STATE__MAX; i++)
		if (str_eq_z(str_z(name), withdrawal_state_name((enum withdrawal_state)i)))
			*state = i;
	return *state >= 0;
}

static bool
read_list(
    struct cmd *c, const struct withdrawal_filter *f, struct withdrawal_rows *list, int64_t *waiting, struct err *e)
{
	struct db *db;
	int64_t since_s;

	if (!cmd_db(c, DB_TOOL, &db, e) || !withdrawal_list(db, c->a, f, list, e)
	    || !withdrawal_waiting(db, c->a, waiting, &since_s, e))
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (!withdrawal_number(db, c->a, &list->v[i], e))
			return false;
	return true;
}

static int
print_list(struct cmd *c, const struct withdrawal_rows *list)
{
	struct columns t;
	struct buf b;

	buf_init(&b, c->a, OUTPUT_MAX_B);
	columns_init(&t, c->a, ">ID|RECEIVED|STATE|ORDER|NAME|CONTRACT|WHY");
	for (size_t i = 0; i < list->n; i++) {
		const struct withdrawal_row *x = &list->v[i];

		columns_put(&t, str_fmt(c->a, "%llu", (unsigned long long)x->id));
		columns_put(&t, str_z(cmd_utc(c->a, x->declared.at)));
		columns_put(&t, str_z(withdrawal_state_name(x->state)));
		columns_put(&t, x->number);
		columns_put(&t, x->declared.name);
		columns_put(&t, x->declared.contract);
		columns_put(&t, x->why);
	}
	columns_print(&t, &b);
	return cmd_print(c, &b);
}

int
withdrawal_do_list(struct cmd *c)
{
	const char *state = NULL;
	bool json = false;
	struct withdrawal_filter f = {.limit = LIST_USUAL};
	const struct cmd_option options[] = {{"state", .text = &state},
	    {"limit", .number = &f.limit, .min = 1, .max = LIST_MAX},
	    {"before", .number = &f.before, .min = 1, .max = INT64_MAX}, {"json", .flag = &json}};
	struct withdrawal_rows list;
	int64_t waiting;
	struct err e = {0};
	struct json_out w;
	int ended;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1 || !find_state(state, &f.state))
		return withdrawal_usage(c);
	if (!read_list(c, &f, &list, &waiting, &e))
		return cmd_fail(c, &e);
	if (!json) {
		ended = print_list(c, &list);
	} else {
		json_init(&w, c->a, OUTPUT_MAX_B, '{');
		json_key(&w, "withdrawals");
		json_begin(&w, '[');
		for (size_t i = 0; i < list.n; i++) {
			json_begin(&w, '{');
			json_withdrawal(&w, &list.v[i]);
			json_end(&w, '}');
		}
		json_end(&w, ']');
		json_add_i64(&w, "waiting", waiting);
		json_add_bool(&w, "more", list.n == f.limit);
		ended = cmd_print_json(c, &w);
	}
	return ended == CMD_OK && waiting > 0 ? CMD_FAILED : ended;
}

static void
show_line(struct buf *b, const char *name, struct str text)
{
	if (text.n > 0)
		buf_fmt(b, "%-10s %.*s\n", name, STR_ARG(columns_plain(b->a, text, true)));
}

static int
print_withdrawal(struct cmd *c, const struct withdrawal_row *x)
{
	struct buf b;

	buf_init(&b, c->a, OUTPUT_MAX_B);
	buf_fmt(&b, "Withdrawal %llu: %s\n", (unsigned long long)x->id, withdrawal_state_name(x->state));
	show_line(&b, "received", str_z(cmd_utc(c->a, x->declared.at)));
	show_line(&b, "name", x->declared.name);
	show_line(&b, "mail", x->declared.email);
	show_line(&b, "language", x->declared.lang);
	show_line(&b, "contract", x->declared.contract);
	show_line(&b, "goods", x->declared.goods.n > 0 ? x->declared.goods : STR("all"));
	show_line(&b, "pieces", x->declared.pieces);
	show_line(&b, "order", x->number);
	if (x->return_id != 0)
		buf_fmt(&b, "%-10s %llu\n", "return", (unsigned long long)x->return_id);
	show_line(&b, "why", x->why);
	if (x->changed_at != 0)
		buf_fmt(&b, "%-10s %s by %.*s\n", "changed", cmd_utc(c->a, x->changed_at), STR_ARG(x->actor));
	return cmd_print(c, &b);
}

int
withdrawal_do_show(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct withdrawal_row x;
	struct err e = {0};
	struct json_out w;
	struct db *db;
	uint64_t id;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2
	    || !num_u64(str_z(c->argv[1]), 1, INT64_MAX, &id))
		return withdrawal_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !withdrawal_get(db, c->a, id, &x, &e)
	    || !withdrawal_number(db, c->a, &x, &e))
		return cmd_fail(c, &e);
	if (!json)
		return print_withdrawal(c, &x);
	json_init(&w, c->a, OUTPUT_MAX_B, '{');
	json_withdrawal(&w, &x);
	return cmd_print_json(c, &w);
}
