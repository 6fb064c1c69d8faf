/* Looks at stock: show, low, moves. */
#include "cmd/stock/stock.h"

#include <stdio.h>

#include "view/format.h"

#define LIMIT_ROWS 1000
#define LIMIT_MAX 1000000
#define LINE_MAX_B 4000

static void
look_json(struct json_out *w, const struct stock_look *l)
{
	json_begin(w, '{');
	json_add_i64(w, "variant", (int64_t)l->variant_id);
	json_add_str(w, "sku", l->sku);
	json_add_str(w, "handle", l->handle);
	json_add_str(w, "title", l->title);
	json_add_str(w, "options", l->options);
	json_add_i64(w, "on_hand", l->stock.on_hand);
	json_add_bool(w, "tracked", l->stock.tracked);
	json_add_bool(w, "sell_over", l->stock.sell_over);
	json_add_bool(w, "in_catalogue", l->sold);
	json_end(w, '}');
}

static const char *
look_words(const struct stock_look *l)
{
	if (!l->sold)
		return "not in the catalogue";
	if (!l->stock.tracked)
		return "not tracked";
	return l->stock.sell_over ? "may be oversold" : "";
}

static void
look_text(struct cmd *c, const struct stock_look *l)
{
	printf("%-24.*s %8lld  %-20s  %.*s%s%.*s\n", STR_ARG(stock_word(c->a, l->sku, l->variant_id)),
	    (long long)l->stock.on_hand, look_words(l), STR_ARG(l->title), l->options.n > 0 ? ", " : "",
	    STR_ARG(l->options));
}

static void
look_head(void)
{
	printf("%-24s %8s  %-20s  %s\n", "SKU", "ON HAND", "", "GOODS");
}

static int
list_end(struct cmd *c, struct json_out *w, bool json, int status)
{
	return json && cmd_print_json(c, w) != CMD_OK ? CMD_FAILED : status;
}

int
stock_show(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	int status = CMD_OK;
	struct err e = {0};
	struct json_out w;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2)
		return stock_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, STOCK_OUTPUT_MAX_B, '{');
	json_key(&w, "variants");
	json_begin(&w, '[');
	for (int i = 1; i < c->argc; i++) {
		struct stock_look l;

		if (!stock_named(c, db, str_z(c->argv[i]), &l, &e)) {
			status = cmd_fail(c, &e);
			err_clear(&e);
			continue;
		}
		if (json)
			look_json(&w, &l);
		else if (i == 1 || status != CMD_OK)
			look_head();
		if (!json)
			look_text(c, &l);
	}
	json_end(&w, ']');
	return list_end(c, &w, json, status);
}

int
stock_list_low(struct cmd *c)
{
	bool json = false;
	uint64_t limit = LIMIT_ROWS, most = STOCK_LOW, after = 0, n = 0;
	const struct cmd_option options[] = {{"json", .flag = &json},
	    {"limit", .number = &limit, .min = 1, .max = LIMIT_MAX}, {"most", .number = &most, .max = STOCK_QTY_MAX}};
	struct stock_looks found;
	struct err e = {0};
	struct json_out w;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return stock_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, STOCK_OUTPUT_MAX_B, '{');
	json_key(&w, "low");
	json_begin(&w, '[');
	do {
		struct arena_mark mark = arena_mark(c->a);

		if (!stock_low(db, c->a, stock_lang(c), (int64_t)most, &after, &found, &e))
			return cmd_fail(c, &e);
		for (size_t i = 0; i < found.n && n < limit; i++, n++) {
			if (json)
				look_json(&w, &found.v[i]);
			else if (n == 0)
				look_head();
			if (!json)
				look_text(c, &found.v[i]);
		}
		if (!json)
			arena_rewind(c->a, mark);
	} while (after != 0 && n < limit);
	json_end(&w, ']');
	json_add_bool(&w, "more", n >= limit);
	if (!json && n >= limit)
		printf("... and perhaps more: --limit %llu\n", (unsigned long long)limit);
	return list_end(c, &w, json, n == 0 ? CMD_OK : CMD_FAILED);
}

static void
move_json(struct json_out *w, const struct stock_move *m)
{
	json_begin(w, '{');
	json_add_i64(w, "id", (int64_t)m->id);
	format_json_time(w, "at", m->at);
	json_add_i64(w, "variant", (int64_t)m->variant_id);
	json_add_str(w, "sku", m->sku);
	json_add_i64(w, "quantity", m->qty);
	json_add_str(w, "reason", str_z(stock_reason_name(m->reason)));
	json_add_str(w, "order", m->order);
	json_add_str(w, "actor", m->actor);
	json_add_str(w, "ref", m->ref);
	json_end(w, '}');
}

static void
move_text(struct cmd *c, const struct stock_move *m)
{
	struct buf when;

	buf_init(&when, c->a, 40);
	format_date_day(&when, m->at);
	buf_ch(&when, ' ');
	format_date_clock(&when, m->at);
	printf("%10llu  %.*s  %-24.*s %+8lld  %-10s  %-14.*s  %.*s%s%.*s\n", (unsigned long long)m->id,
	    STR_ARG(buf_str(&when)), STR_ARG(stock_word(c->a, m->sku, m->variant_id)), (long long)m->qty,
	    stock_reason_name(m->reason), STR_ARG(m->order), STR_ARG(m->actor), m->ref.n > 0 ? "  " : "",
	    STR_ARG(m->ref));
}

int
stock_list_moves(struct cmd *c)
{
	bool json = false;
	uint64_t limit = 50, before = 0;
	const struct cmd_option options[] = {{"json", .flag = &json},
	    {"limit", .number = &limit, .min = 1, .max = LIMIT_ROWS},
	    {"before", .number = &before, .min = 1, .max = INT64_MAX}};
	struct stock_look l = {0};
	struct stock_moves found;
	struct err e = {0};
	struct json_out w;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc > 2)
		return stock_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || (c->argc == 2 && !stock_named(c, db, str_z(c->argv[1]), &l, &e))
	    || !stock_moves(db, c->a, l.variant_id, before, limit + 1, &found, &e))
		return cmd_fail(c, &e);
	json_init(&w, c->a, STOCK_OUTPUT_MAX_B, '{');
	json_key(&w, "moves");
	json_begin(&w, '[');
	if (!json && found.n > 0)
		printf("%10s  %-16s  %-24s %8s  %-10s  %-14s  %s\n", "ID", "WHEN", "SKU", "QUANTITY", "REASON",
		    "ORDER", "BY");
	for (size_t i = 0; i < found.n && i < limit; i++)
		if (json)
			move_json(&w, &found.v[i]);
		else
			move_text(c, &found.v[i]);
	json_end(&w, ']');
	json_add_bool(&w, "more", found.n > limit);
	if (!json && found.n > limit)
		printf("... older ones: --before %llu\n", (unsigned long long)found.v[limit - 1].id);
	return list_end(c, &w, json, CMD_OK);
}
