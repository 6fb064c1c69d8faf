#include "cmd/order/order.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "view/format.h"

static const struct cmd_verb rows[] = {
#define ORDER_VERB(name, fn, args, help) {name, args, help, fn},
#include "cmd/order/verbs.def"
#undef ORDER_VERB
};

static const struct cmd_verbs verbs = {"order", "NUMBER is the number of an order, or id:N.", rows, ARRAY_LEN(rows)};

int
order_usage(const struct cmd *c)
{
	return cmd_verb_usage(c, &verbs);
}

int
cmd_order(struct cmd *c)
{
	return cmd_run_verb(c, &verbs);
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
