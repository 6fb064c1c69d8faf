/* `kontor price set`, and what it shares with `kontor price schedule`. */
#include "cmd/price/price.h"

#include <stdio.h>
#include <string.h>

#include "plat/text/columns.h"
#include "store/catalogue/catalogue_save.h"
#include "store/control_store.h"
#include "view/format.h"

#define ROWS_MAX 2000000
#define ROWS_MAX_BYTES ((size_t)512 << 20)

bool
price_open(struct price_run *r, struct err *e)
{
	if (!cmd_db(r->c, DB_TOOL, &r->db, e))
		return false;
	db_deadline(r->db, CLOCK_NEVER);
	db_limits(r->db, ROWS_MAX, ROWS_MAX_BYTES);
	return (currency_find(r->c->conf.site_currency, &r->cur)
		   || err_set(e, ERR_INPUT, "site.currency is not a known currency"))
	    && shop_control_clock(r->db, r->c->a, &r->now_s, e);
}

bool
price_settle(struct price_run *r, const struct price_goods *goods, struct err *e)
{
	struct outbox_forget x = {.db = r->db, .a = r->c->a, .conf = &r->c->conf, .done = true};

	return cmd_cache(r->c, &x.cache, e) && price_forget(&x, goods, e);
}

struct str
price_sum(const struct price_run *r, int64_t minor)
{
	return money_plain(r->c->a, (struct money){minor, r->cur});
}

struct str
price_title(struct arena *a, const struct price_variant *v)
{
	return v->options.n == 0 ? v->title : str_fmt(a, "%.*s, %.*s", STR_ARG(v->title), STR_ARG(v->options));
}

void
price_json_money(const struct price_run *r, struct json_out *w, const char *key, int64_t minor)
{
	json_key(w, key);
	json_begin(w, '{');
	json_add_str(w, "amount", price_sum(r, minor));
	json_add_str(w, "currency", str_z(currency_code(r->cur)));
	json_end(w, '}');
}

void
price_json_variant(struct json_out *w, const struct price_variant *v)
{
	json_add_str(w, "sku", v->sku);
	json_add_str(w, "handle", v->handle);
	json_add_str(w, "title", v->title);
	json_add_str(w, "options", v->options);
}

/* The variant with this SKU, else all of the product with this handle. */
static bool
find_goods(struct price_run *r, struct str name, struct price_goods *goods, struct err *e)
{
	struct price_choice by = {PRICE_BY_SKU, name};
	struct str lang = r->c->conf.site_languages.v[0];

	if (price_select(r->db, r->c->a, lang, &by, 1, goods, e))
		return goods->n == 1
		    || err_set(e, ERR_CONFLICT, "%zu variants have the SKU \"%.*s\"", goods->n, STR_ARG(name));
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	by.by = PRICE_BY_HANDLE;
	if (price_select(r->db, r->c->a, lang, &by, 1, goods, e))
		return true;
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return err_set(e, ERR_NOT_FOUND, "no product has the SKU or handle \"%.*s\"", STR_ARG(name));
}

/* The price that buyers pay after the change: that of a running sale, if it is lower. */
static int64_t
set_now(const struct price_variant *v, int64_t minor)
{
	return v->now_minor < v->base_minor && v->now_minor < minor ? v->now_minor : minor;
}

static int
set_show_json(struct price_run *r, const struct price_goods *goods, int64_t minor)
{
	struct json_out w;

	json_init(&w, r->c->a, PRICE_OUTPUT_MAX_B, '{');
	json_add_bool(&w, "dry_run", r->dry_run);
	json_key(&w, "prices");
	json_begin(&w, '[');
	for (size_t i = 0; i < goods->n; i++) {
		json_begin(&w, '{');
		price_json_variant(&w, &goods->v[i]);
		price_json_money(r, &w, "before", goods->v[i].base_minor);
		price_json_money(r, &w, "price", minor);
		price_json_money(r, &w, "now", set_now(&goods->v[i], minor));
		json_end(&w, '}');
	}
	json_end(&w, ']');
	return cmd_print_json(r->c, &w);
}

static int
set_show(struct price_run *r, const struct price_goods *goods, int64_t minor)
{
	struct columns t;
	struct buf b;

	if (r->json)
		return set_show_json(r, goods, minor);
	columns_init(&t, r->c->a, "SKU|>BEFORE|>PRICE|>NOW|GOODS");
	for (size_t i = 0; i < goods->n; i++) {
		const struct price_variant *v = &goods->v[i];

		columns_put(&t, v->sku);
		columns_put(&t, price_sum(r, v->base_minor));
		columns_put(&t, price_sum(r, minor));
		columns_put(&t, price_sum(r, set_now(v, minor)));
		columns_put(&t, price_title(r->c->a, v));
	}
	buf_init(&b, r->c->a, PRICE_OUTPUT_MAX_B);
	columns_print(&t, &b);
	buf_fmt(&b, "%zu price%s %s\n", goods->n, PLURAL_S(goods->n), r->dry_run ? "would be set" : "set");
	return cmd_print(r->c, &b);
}

struct setting_price {
	struct price_run *r;
	const struct price_goods *goods;
	int64_t minor;
};

static bool
set_tx(struct db *db, void *arg, struct err *e)
{
	const struct setting_price *x = arg;
	struct arena *a = x->r->c->a;
	int64_t now_s;

	return shop_control_clock(db, a, &now_s, e) && price_set(db, a, x->goods, x->minor, now_s, e);
}

static bool
set_locked(struct price_run *r, const struct price_goods *goods, int64_t minor, struct err *e)
{
	struct setting_price x = {r, goods, minor};
	bool ok;

	if (!catalogue_save_lock(r->db, r->c->a, e))
		return false;
	ok = db_tx(r->db, set_tx, &x, e);
	catalogue_save_unlock(r->db, r->c->a);
	return ok && price_settle(r, goods, e);
}

static int
price_do_set(struct cmd *c)
{
	struct price_run r = {.c = c};
	const struct cmd_option options[] = {{"dry-run", .flag = &r.dry_run}, {"json", .flag = &r.json}};
	struct price_goods goods;
	struct err e = {0};
	struct money price;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 3)
		return price_usage(c);
	if (!price_open(&r, &e))
		return cmd_fail(c, &e);
	if (!money_parse(str_z(c->argv[2]), r.cur, &price, &e) || price.minor < 0) {
		fprintf(stderr, "kontor price set: \"%s\" is not an amount of %s\n", c->argv[2], currency_code(r.cur));
		return CMD_USAGE;
	}
	if (!find_goods(&r, str_z(c->argv[1]), &goods, &e)
	    || (!r.dry_run && !set_locked(&r, &goods, price.minor, &e)))
		return cmd_fail(c, &e);
	return set_show(&r, &goods, price.minor);
}

int
price_usage(const struct cmd *c)
{
	struct cmd whole = *c;
	char *name = (char *)"price";

	whole.argv = &name;
	return cmd_usage(&whole);
}

int
cmd_price(struct cmd *c)
{
	static const struct {
		const char *verb, *name;
		int (*fn)(struct cmd *);
	} verbs[] = {{"set", "price set", price_do_set}, {"schedule", "price schedule", price_schedule}};

	for (size_t i = 0; c->argc > 1 && i < ARRAY_LEN(verbs); i++) {
		if (strcmp(c->argv[1], verbs[i].verb) != 0)
			continue;
		c->argv++;
		c->argc--;
		c->argv[0] = (char *)(uintptr_t)verbs[i].name;
		return verbs[i].fn(c);
	}
	return cmd_usage(c);
}
