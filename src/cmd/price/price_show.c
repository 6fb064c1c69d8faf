/* A sale and its prices, for people and as JSON. */
#include <stdio.h>

#include "cmd/price/price.h"
#include "plat/text/moment.h"
#include "plat/text/columns.h"
#include "view/format.h"

static void
json_sale(struct price_run *r, struct json_out *w, const struct sale *s)
{
	json_add_str(w, "name", s->name);
	json_add_str(w, "state", str_z(sale_state_name(sale_state(s, r->now_s))));
	json_add_str(w, "rule", s->rule);
	json_add_str(w, "selection", s->selection);
	format_json_time(w, "from", s->starts_s);
	format_json_time(w, "to", s->ends_s);
	json_key(w, "variants");
	json_put_i64(w, (int64_t)s->n);
	json_add_str(w, "by", s->actor);
	json_key(w, "ended_by");
	if (s->ended_by.n > 0)
		json_put_str(w, s->ended_by);
	else
		json_put_null(w);
}

/* An amount, or null. */
static void
json_sum(struct price_run *r, struct json_out *w, const char *key, int64_t minor, bool null)
{
	if (!null) {
		price_json_money(r, w, key, minor);
		return;
	}
	json_key(w, key);
	json_put_null(w);
}

static void
json_price(struct price_run *r, struct json_out *w, const struct price_sale_view *v, size_t i)
{
	const struct sale_preview *p = v->preview != NULL ? &v->preview[i] : NULL;

	json_begin(w, '{');
	price_json_variant(w, &v->goods->v[i]);
	price_json_money(r, w, "price", v->prices[i].base_minor);
	price_json_money(r, w, "sale", v->prices[i].minor);
	price_json_money(r, w, "now", v->goods->v[i].now_minor);
	if (p != NULL) {
		price_json_money(r, w, "begins_at", p->then_minor);
		json_sum(r, w, "lowest_30d", p->lowest_minor, p->lowest_minor < 0);
		json_sum(r, w, "struck", p->was_minor, p->was_minor == 0);
		json_key(w, "other_sale");
		if (p->other.n > 0)
			json_put_str(w, p->other);
		else
			json_put_null(w);
	}
	json_end(w, '}');
}

static int
show_json(struct price_run *r, const struct price_sale_view *v)
{
	struct json_out w;

	json_init(&w, r->c->a, PRICE_OUTPUT_MAX_B, '{');
	json_add_bool(&w, "dry_run", r->dry_run);
	json_key(&w, "sale");
	json_begin(&w, '{');
	json_sale(r, &w, v->sale);
	json_end(&w, '}');
	json_key(&w, "prices");
	json_begin(&w, '[');
	for (size_t i = 0; i < v->goods->n; i++)
		json_price(r, &w, v, i);
	json_end(&w, ']');
	json_key(&w, "left_out");
	json_begin(&w, '[');
	for (size_t i = 0; v->left_out != NULL && i < v->left_out->n; i++) {
		json_begin(&w, '{');
		price_json_variant(&w, &v->left_out->v[i]);
		json_add_str(&w, "why", str_z(v->why[i]));
		json_end(&w, '}');
	}
	json_end(&w, ']');
	json_key(&w, "notes");
	json_begin(&w, '[');
	for (size_t i = 0; i < v->n_notes; i++)
		json_put_str(&w, v->notes[i]);
	json_end(&w, ']');
	return cmd_print_json(r->c, &w);
}

static void
put_price(struct price_run *r, struct columns *t, const struct price_sale_view *v, size_t i)
{
	const struct sale_preview *p = v->preview != NULL ? &v->preview[i] : NULL;

	columns_put(t, v->goods->v[i].sku);
	columns_put(t, price_sum(r, p != NULL ? p->now_minor : v->prices[i].base_minor));
	columns_put(t, price_sum(r, v->prices[i].minor));
	if (p != NULL) {
		columns_put(t, p->lowest_minor < 0 ? STR("not known") : price_sum(r, p->lowest_minor));
		columns_put(t, p->was_minor == 0 ? STR("nothing") : price_sum(r, p->was_minor));
	} else {
		columns_put(t, price_sum(r, v->goods->v[i].now_minor));
	}
	columns_put(t, price_title(r->c->a, &v->goods->v[i]));
}

static void
put_sale(struct price_run *r, struct buf *b, const struct price_sale_view *v)
{
	const struct sale *s = v->sale;
	struct arena *a = r->c->a;

	buf_fmt(b, "Sale \"%.*s\", %.*s on %.*s\n", STR_ARG(s->name), STR_ARG(s->rule), STR_ARG(s->selection));
	buf_fmt(b, "from %s to %s", moment_text(a, s->starts_s).p, moment_text(a, s->ends_s).p);
	if (v->done != NULL)
		buf_fmt(b, ": %s\n", v->done);
	else if (s->ended_by.n > 0)
		buf_fmt(b, ": ended by %.*s\n", STR_ARG(s->ended_by));
	else
		buf_fmt(b, ": %s\n", sale_state_name(sale_state(s, r->now_s)));
}

int
price_show_sale(struct price_run *r, const struct price_sale_view *v)
{
	size_t n = v->goods->n;
	struct columns t;
	struct buf b;

	if (r->json)
		return show_json(r, v);
	buf_init(&b, r->c->a, PRICE_OUTPUT_MAX_B);
	put_sale(r, &b, v);
	columns_init(&t, r->c->a,
	    v->preview != NULL ? "SKU|>WITHOUT|>SALE|>LOWEST 30 DAYS|>STRUCK|GOODS" : "SKU|>PRICE|>SALE|>NOW|GOODS");
	for (size_t i = 0; i < n && i < PRICE_ROWS_MAX; i++)
		put_price(r, &t, v, i);
	columns_print(&t, &b);
	if (n > PRICE_ROWS_MAX)
		buf_fmt(&b, "and %zu more; --json lists all\n", n - PRICE_ROWS_MAX);
	for (size_t i = 0; v->left_out != NULL && i < v->left_out->n && i < PRICE_ROWS_MAX; i++)
		buf_fmt(&b, "left out: %.*s (%.*s), %s\n", STR_ARG(price_title(r->c->a, &v->left_out->v[i])),
		    STR_ARG(v->left_out->v[i].sku), v->why[i]);
	if (v->left_out != NULL && v->left_out->n > PRICE_ROWS_MAX)
		buf_fmt(&b, "and %zu more are left out; --json lists all\n", v->left_out->n - PRICE_ROWS_MAX);
	for (size_t i = 0; i < v->n_notes; i++)
		buf_fmt(&b, "note: %.*s\n", STR_ARG(v->notes[i]));
	return cmd_print(r->c, &b);
}

static int
sales_json(struct price_run *r, const struct sale *s, size_t n)
{
	struct json_out w;

	json_init(&w, r->c->a, PRICE_OUTPUT_MAX_B, '{');
	json_key(&w, "sales");
	json_begin(&w, '[');
	for (size_t i = 0; i < n; i++) {
		json_begin(&w, '{');
		json_sale(r, &w, &s[i]);
		json_end(&w, '}');
	}
	json_end(&w, ']');
	return cmd_print_json(r->c, &w);
}

int
price_show_sales(struct price_run *r, const struct sale *s, size_t n)
{
	struct columns t;
	struct buf b;

	if (r->json)
		return sales_json(r, s, n);
	columns_init(&t, r->c->a, "STATE|FROM|TO|RULE|>VARIANTS|NAME");
	for (size_t i = 0; i < n; i++) {
		columns_put(&t, str_z(sale_state_name(sale_state(&s[i], r->now_s))));
		columns_put(&t, moment_text(r->c->a, s[i].starts_s));
		columns_put(&t, moment_text(r->c->a, s[i].ends_s));
		columns_put(&t, s[i].rule);
		columns_put(&t, str_fmt(r->c->a, "%llu", (unsigned long long)s[i].n));
		columns_put(&t, s[i].name);
	}
	buf_init(&b, r->c->a, PRICE_OUTPUT_MAX_B);
	columns_print(&t, &b);
	return cmd_print(r->c, &b);
}
