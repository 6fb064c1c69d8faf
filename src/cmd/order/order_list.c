/* kontor order list: what it is asked for, and its rows for people or programs. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "cmd/order/order.h"
#include "shop/country.h"
#include "view/format.h"

#define DAY_S 86400

struct list_ask {
	const char *queue, *state, *payment, *goods, *number, *name, *mail, *sku, *country, *amount, *from, *to, *after;
	uint64_t limit;
	bool json;
};

/* The value of a state by its name. */
static bool
state_named(enum order_machine m, const char *name, const char *option, int *value, struct err *e)
{
	if (name == NULL)
		return true;
	for (int i = 0; i < ORDER_STATES; i++)
		if (order_state_name(m, (uint8_t)i) != NULL && strcmp(order_state_name(m, (uint8_t)i), name) == 0) {
			*value = i;
			return true;
		}
	return err_set(e, ERR_INPUT, "--%s: there is no state \"%s\"", option, name);
}

/* "2026-11-27", in the time zone of this host. */
static bool
day_named(const char *text, const char *option, int64_t *from_s, struct err *e)
{
	struct tm tm = {.tm_isdst = -1};
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	time_t t;

	if (end == NULL || *end != '\0' || (t = mktime(&tm)) == (time_t)-1)
		return err_set(e, ERR_INPUT, "--%s: \"%s\" is not a date such as 2026-11-27", option, text);
	*from_s = t;
	return true;
}

/* "49.00" or "40..60.50", in the currency of the shop. */
static bool
amount_named(const char *text, const char *currency_name, struct order_filter *f, struct err *e)
{
	struct str s = str_z(text);
	ptrdiff_t dots = str_find(s, STR(".."));
	struct money low, high;
	currency cur;

	if (!currency_find(str_z(currency_name), &cur))
		return err_set(e, ERR_INPUT, "site.currency is unknown");
	if (!money_parse(dots < 0 ? s : str_head(s, (size_t)dots), cur, &low, e)
	    || !money_parse(dots < 0 ? s : str_from(s, (size_t)dots + 2), cur, &high, e))
		return err_context(e, "--amount");
	f->min_minor = low.minor;
	f->max_minor = high.minor;
	return true;
}

/* The filters but those that name an order. */
static bool
read_filter(struct cmd *c, const struct list_ask *k, struct order_filter *f, struct err *e)
{
	int64_t to_s;

	*f = order_filter_all();
	f->email = str_z(k->mail);
	f->sku = str_z(k->sku);
	f->words = str_z(k->name);
	f->limit = (unsigned)k->limit;
	if (k->queue != NULL && !order_queue_find(str_z(k->queue), &f->queue))
		return err_set(e, ERR_INPUT, "--queue: there is no queue \"%s\"", k->queue);
	if (k->country != NULL) {
		enum country country;

		if (!country_find(str_z(k->country), &country))
			return err_set(e, ERR_INPUT, "--country: \"%s\" is not a country's code", k->country);
		f->country = str_z(country_info(country)->code);
	}
	if (!state_named(ORDER_MACHINE_ORDER, k->state, "state", &f->state, e)
	    || !state_named(ORDER_MACHINE_PAYMENT, k->payment, "payment", &f->payment, e)
	    || !state_named(ORDER_MACHINE_FULFILMENT, k->goods, "goods", &f->fulfilment, e)
	    || (k->amount != NULL && !amount_named(k->amount, c->conf.site_currency.p, f, e))
	    || (k->from != NULL && !day_named(k->from, "from", &f->from_s, e)))
		return false;
	if (k->to != NULL) {
		if (!day_named(k->to, "to", &to_s, e))
			return false;
		f->to_s = to_s + DAY_S - 1;
	}
	return true;
}

static void
list_row(struct columns *t, const struct order_head *h)
{
	columns_put(t, h->number);
	columns_put(t, order_time(t->a, h->created_at));
	columns_put(t, h->company.n > 0 ? str_fmt(t->a, "%.*s, %.*s", STR_ARG(h->name), STR_ARG(h->company)) : h->name);
	columns_put(t, h->country);
	columns_put(t, order_sum(t->a, h->total_minor, h->currency));
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		columns_put(t, str_z(order_state_name((enum order_machine)m, h->states.of[m])));
	columns_put(t, str_z(order_queue_shown(h->queue)));
}

static int
list_text(struct cmd *c, const struct order_list *l)
{
	struct columns t;
	struct buf b;

	columns_init(&t, c->a, "NUMBER|PLACED|BUYER|TO|>TOTAL|ORDER|PAYMENT|GOODS|QUEUE");
	for (size_t i = 0; i < l->n; i++)
		list_row(&t, &l->v[i]);
	buf_init(&b, c->a, ORDER_OUTPUT_MAX_B);
	columns_print(&t, &b);
	if (l->more)
		buf_fmt(&b, "%zu orders up to %.*s, placed %s; go on with --after %.*s\n", l->n,
		    STR_ARG(l->last_number), order_time(c->a, l->last_at).p, STR_ARG(l->last_number));
	else if (l->n == 0)
		buf_z(&b, "no order\n");
	return cmd_print(c, &b);
}

static void
list_row_json(struct json_out *w, const struct order_head *h)
{
	json_begin(w, '{');
	json_add_str(w, "number", h->number);
	json_add_i64(w, "id", (int64_t)h->id);
	json_add_i64(w, "version", (int64_t)h->version);
	format_json_time(w, "placed", h->created_at);
	json_add_str(w, "name", h->name);
	json_add_str(w, "company", h->company);
	json_add_str(w, "mail", h->email);
	json_add_str(w, "country", h->country);
	order_json_money(w, "total", h->total_minor, h->currency);
	json_add_str(w, "state", str_z(order_state_name(ORDER_MACHINE_ORDER, h->states.of[ORDER_MACHINE_ORDER])));
	json_add_str(
	    w, "payment", str_z(order_state_name(ORDER_MACHINE_PAYMENT, h->states.of[ORDER_MACHINE_PAYMENT])));
	json_add_str(
	    w, "goods", str_z(order_state_name(ORDER_MACHINE_FULFILMENT, h->states.of[ORDER_MACHINE_FULFILMENT])));
	json_add_str(w, "queue", str_z(order_queue_name(h->queue)));
	json_add_str(w, "delivery", h->delivery);
	json_add_str(w, "method", h->payment);
	json_add_bool(w, "message", h->has_note);
	json_end(w, '}');
}

static int
list_json(struct cmd *c, const struct order_list *l)
{
	struct json_out w;

	json_init(&w, c->a, ORDER_OUTPUT_MAX_B, '{');
	json_key(&w, "orders");
	json_begin(&w, '[');
	for (size_t i = 0; i < l->n; i++)
		list_row_json(&w, &l->v[i]);
	json_end(&w, ']');
	json_key(&w, "next");
	if (l->more)
		json_put_str(&w, l->last_number);
	else
		json_put_null(&w);
	format_json_time(&w, "looked_back_to", l->last_at);
	return cmd_print_json(c, &w);
}

/* --number is a list of one order. */
static bool
list_one(struct cmd *c, struct db *db, const char *number, struct order_list *l, struct err *e)
{
	struct order_filter f = order_filter_all();
	uint64_t id;

	if (!order_named(c, db, number, &id, e)) {
		*l = (struct order_list){.n = 0};
		if (e->kind != ERR_NOT_FOUND)
			return false;
		err_clear(e);
		return true;
	}
	f.after = id + 1;
	f.limit = 1;
	if (!order_list_get(db, c->a, &f, l, e))
		return false;
	l->more = false;
	return true;
}

static bool
list_get(struct cmd *c, const struct list_ask *k, struct order_list *l, struct err *e)
{
	struct order_filter f;
	struct db *db;

	if (!cmd_db(c, DB_TOOL, &db, e) || !read_filter(c, k, &f, e))
		return false;
	if (k->number != NULL)
		return list_one(c, db, k->number, l, e);
	return (k->after == NULL || order_named(c, db, k->after, &f.after, e)) && order_list_get(db, c->a, &f, l, e);
}

int
order_list(struct cmd *c)
{
	struct list_ask k = {.limit = 50};
	const struct cmd_option options[] = {
	    {"queue", .text = &k.queue},
	    {"state", .text = &k.state},
	    {"payment", .text = &k.payment},
	    {"goods", .text = &k.goods},
	    {"number", .text = &k.number},
	    {"name", .text = &k.name},
	    {"mail", .text = &k.mail},
	    {"sku", .text = &k.sku},
	    {"country", .text = &k.country},
	    {"amount", .text = &k.amount},
	    {"from", .text = &k.from},
	    {"to", .text = &k.to},
	    {"limit", .number = &k.limit, .min = 1, .max = ORDER_LIST_MAX},
	    {"after", .text = &k.after},
	    {"json", .flag = &k.json},
	};
	struct order_list l;
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return order_usage(c);
	if (!list_get(c, &k, &l, &e))
		return cmd_fail(c, &e);
	return (k.json ? list_json : list_text)(c, &l);
}
