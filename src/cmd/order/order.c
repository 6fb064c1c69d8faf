#include "cmd/order/order.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "view/format.h"

#define COMMAND "order " /* before the verb, in messages */

static const struct {
	const char *name, *args, *help;
	int (*fn)(struct cmd *);
} verbs[] = {
#define ORDER_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/order/verbs.def"
#undef ORDER_VERB
};

static bool
put_usage(FILE *to, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		fprintf(to, "usage: kontor [--config FILE] order %s %s\n\n  %s\n", name, verbs[i].args, verbs[i].help);
		return true;
	}
	return false;
}

int
order_usage(const struct cmd *c)
{
	(void)put_usage(stderr, c->argv[0] + strlen(COMMAND));
	return CMD_USAGE;
}

static int
usage_all(FILE *to)
{
	fprintf(to, "usage: kontor [--config FILE] order VERB [...]\n\n");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].help);
	fprintf(to, "\n`kontor order VERB --help` shows its usage. NUMBER is the number of an order, or id:N.\n");
	return to == stdout ? CMD_OK : CMD_USAGE;
}

int
cmd_order(struct cmd *c)
{
	if (c->argc < 2)
		return usage_all(stderr);
	if (c->argc == 2 && strcmp(c->argv[1], "help") == 0)
		return usage_all(stdout);
	if (c->argc == 3 && strcmp(c->argv[2], "--help") == 0 && put_usage(stdout, c->argv[1]))
		return CMD_OK;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, c->argv[1]) != 0)
			continue;
		c->argv[1] = (char *)str_fmt(c->a, COMMAND "%s", verbs[i].name).p;
		c->argv++;
		c->argc--;
		return verbs[i].fn(c);
	}
	fprintf(stderr, "kontor order: there is no '%s'; `kontor order help` lists what there is\n", c->argv[1]);
	return CMD_USAGE;
}

bool
order_named(struct cmd *c, struct db *db, const char *typed, uint64_t *id, struct err *e)
{
	struct str s = str_trim(str_z(typed));

	if (str_starts(s, STR("id:")))
		return num_u64(str_from(s, 3), 1, INT64_MAX, id)
		       || err_set(e, ERR_INPUT, "\"%s\" is not the id of an order", typed);
	return order_id_of(db, c->a, c->conf.order_number_prefix, s, id, e);
}

struct str
order_sum(struct arena *a, int64_t minor, struct str code)
{
	struct money m = {.minor = minor};

	if (!currency_find(code, &m.cur))
		return str_fmt(a, "%lld %.*s", (long long)minor, STR_ARG(code));
	return str_fmt(a, "%s %.*s", money_plain(a, m).p, STR_ARG(code));
}

struct str
order_time(struct arena *a, int64_t utc_s)
{
	struct buf b;

	if (utc_s == 0)
		return STR("");
	buf_init(&b, a, 40);
	format_date_day(&b, utc_s);
	buf_ch(&b, ' ');
	format_date_clock(&b, utc_s);
	return buf_str(&b);
}

void
order_json_time(struct json_out *w, const char *key, int64_t utc_s)
{
	struct buf b;

	json_key(w, key);
	buf_init(&b, w->b.a, 40);
	format_date_iso(&b, utc_s);
	if (utc_s == 0)
		json_put_null(w);
	else
		json_put_str(w, buf_str(&b));
}

void
order_json_int(struct json_out *w, const char *key, int64_t i)
{
	json_key(w, key);
	json_put_i64(w, i);
}

void
order_json_bool(struct json_out *w, const char *key, bool value)
{
	json_key(w, key);
	json_put_bool(w, value);
}

void
order_json_str(struct json_out *w, const char *key, struct str s)
{
	json_key(w, key);
	json_put_str(w, s);
}

void
order_json_money(struct json_out *w, const char *key, int64_t minor, struct str code)
{
	struct money m = {.minor = minor};

	json_key(w, key);
	json_begin(w, '{');
	if (currency_find(code, &m.cur))
		order_json_str(w, "amount", money_plain(w->b.a, m));
	order_json_str(w, "currency", code);
	json_end(w, '}');
}
