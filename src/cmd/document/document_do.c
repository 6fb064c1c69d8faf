/* Issues documents, and checks those that were issued. */
#include <stdio.h>

#include "cmd/document/document.h"
#include "store/order/order_list.h"
#include "work/document/document_issue.h"
#include "work/document/document_json.h"

static void
issue_report(struct json_out *w, bool json, const char *order, const struct document_issued *done)
{
	if (!json) {
		for (size_t i = 0; i < done->n; i++)
			printf("%s: %.*s\n", order, STR_ARG(done->number[i]));
		if (done->n == 0)
			printf("%s: no document is due: %s\n", order, done->why);
		return;
	}
	json_begin(w, '{');
	json_add_str(w, "order", str_z(order));
	json_key(w, "documents");
	json_begin(w, '[');
	for (size_t i = 0; i < done->n; i++)
		json_put_str(w, done->number[i]);
	json_end(w, ']');
	json_add_str(w, "why", done->n == 0 ? str_z(done->why) : STR(""));
	json_end(w, '}');
}

static bool
issue_all(struct cmd *c, struct json_out *w, bool json, bool dry_run, struct err *e)
{
	struct document_shop shop;
	struct db *db;

	if (!cmd_db(c, DB_TOOL, &db, e))
		return false;
	if (c->conf.site_address.n == 0)
		return err_set(e, ERR_INPUT, "site.address is empty: a document must name the seller");
	if (!document_shop_open(c->a, &c->conf, &shop, e))
		return false;
	for (int i = 1; i < c->argc; i++) {
		struct document_issued done;
		uint64_t id;

		shop.dry_run = dry_run;
		if (!order_id_of(db, c->a, c->conf.order_number_prefix, str_z(c->argv[i]), &id, e)
		    || !document_issue(db, c->a, &shop, id, &done, e))
			return false;
		issue_report(w, json, c->argv[i], &done);
	}
	return true;
}

int
document_do_issue(struct cmd *c)
{
	bool json = false, dry_run = false;
	const struct cmd_option options[] = {{"json", .flag = &json}, {"dry-run", .flag = &dry_run}};
	struct err e = {0};
	struct json_out w;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2)
		return document_usage(c);
	json_init(&w, c->a, DOCUMENT_OUTPUT_MAX_B, '{');
	json_add_bool(&w, "dry_run", dry_run);
	json_key(&w, "orders");
	json_begin(&w, '[');
	if (!issue_all(c, &w, json, dry_run, &e))
		return cmd_fail(c, &e);
	json_end(&w, ']');
	return json ? cmd_print_json(c, &w) : CMD_OK;
}

struct verified {
	uint64_t all, same, earlier;
	struct document_breach *v;
	size_t n, cap;
};

static void
breach_add(struct arena *a, struct verified *x, struct str what, struct str why)
{
	if (x->n == x->cap) {
		struct document_breach *more = ARENA_ARRAY(a, struct document_breach, 2 * x->cap + 16);

		for (size_t i = 0; i < x->n; i++)
			more[i] = x->v[i];
		x->v = more;
		x->cap = 2 * x->cap + 16;
	}
	x->v[x->n++] = (struct document_breach){str_dup(a, what), str_dup(a, why)};
}

/* A page that another template, or another release, made is made otherwise today: the stored one is what counts. */
static bool
verify_page(struct arena *a, struct arena *keep, const struct document_shop *shop, const struct document_stored *d,
    struct verified *x, struct err *e)
{
	struct str page;

	x->all++;
	if (!document_page(a, &shop->paper, d->json, &page, e))
		return false;
	if (str_eq(page, d->page))
		x->same++;
	else if (!str_eq(d->template, shop->template))
		x->earlier++;
	else
		breach_add(keep, x, str_fmt(a, "document %.*s", STR_ARG(d->number)),
		    STR("its page, made again from its facts, has other bytes"));
	return true;
}

static bool
verify_all(struct cmd *c, struct verified *x, struct err *e)
{
	struct document_breaches broken;
	struct document_batch batch;
	struct document_shop shop;
	struct arena part;
	struct db *db;
	uint64_t after = 0;
	bool ok;

	if (!cmd_db(c, DB_TOOL, &db, e) || !document_shop_open(c->a, &c->conf, &shop, e)
	    || !document_check(db, c->a, &broken, e))
		return false;
	for (size_t i = 0; i < broken.n; i++)
		breach_add(c->a, x, broken.v[i].what, broken.v[i].why);
	arena_init(&part, (size_t)64 << 20);
	do {
		arena_reset(&part);
		ok = document_after(db, &part, after, &batch, e);
		for (size_t i = 0; ok && i < batch.n; i++) {
			ok = verify_page(&part, c->a, &shop, &batch.v[i], x, e);
			after = batch.v[i].id;
		}
	} while (ok && batch.n > 0);
	arena_fini(&part);
	return ok;
}

static int
verify_json(struct cmd *c, const struct verified *x)
{
	struct json_out w;

	json_init(&w, c->a, DOCUMENT_OUTPUT_MAX_B, '{');
	json_add_i64(&w, "documents", (int64_t)x->all);
	json_add_i64(&w, "made_again", (int64_t)x->same);
	json_add_i64(&w, "of_other_templates", (int64_t)x->earlier);
	json_key(&w, "breaches");
	json_begin(&w, '[');
	for (size_t i = 0; i < x->n; i++) {
		json_begin(&w, '{');
		json_add_str(&w, "what", x->v[i].what);
		json_add_str(&w, "why", x->v[i].why);
		json_end(&w, '}');
	}
	json_end(&w, ']');
	return cmd_print_json(c, &w);
}

int
document_do_verify(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct verified x = {.n = 0};
	struct err e = {0};

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return document_usage(c);
	if (!verify_all(c, &x, &e))
		return cmd_fail(c, &e);
	if (json && verify_json(c, &x) != CMD_OK)
		return CMD_FAILED;
	for (size_t i = 0; !json && i < x.n; i++)
		printf("%.*s: %.*s\n", STR_ARG(x.v[i].what), STR_ARG(x.v[i].why));
	if (!json)
		printf("%llu documents: %llu made again with the same bytes, %llu kept as other templates made them;"
		       " %zu breaches\n",
		    (unsigned long long)x.all, (unsigned long long)x.same, (unsigned long long)x.earlier, x.n);
	return x.n == 0 ? CMD_OK : CMD_FAILED;
}
