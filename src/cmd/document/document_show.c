/* Lists documents and shows one. */
#include "cmd/document/document.h"

#include "plat/text/columns.h"
#include "plat/text/moment.h"
#include "plat/text/secret.h"
#include "store/order/order_list.h"
#include "view/format.h"
#include "work/order_json.h"

#define LIST_USUAL 50
#define LIST_MAX 10000

struct str
document_sum(struct arena *a, int64_t minor, struct str code)
{
	struct money m = {.minor = minor};

	if (!currency_find(code, &m.cur))
		return STR("");
	return str_fmt(a, "%.*s %.*s", STR_ARG(money_plain(a, m)), STR_ARG(code));
}

static int
documents_text(struct cmd *c, const struct document_list *l)
{
	struct columns t;
	struct buf b;

	columns_init(&t, c->a, "NUMBER|KIND|ISSUED|ORDER|>TOTAL");
	for (size_t i = 0; i < l->n; i++) {
		columns_put(&t, l->v[i].number);
		columns_put(&t, str_z(document_kind_name(l->v[i].kind)));
		columns_put(&t, moment_text(c->a, l->v[i].issued_at));
		columns_put(&t, l->v[i].order);
		columns_put(&t, document_sum(c->a, l->v[i].total_minor, l->v[i].currency));
	}
	buf_init(&b, c->a, DOCUMENT_OUTPUT_MAX_B);
	columns_print(&t, &b);
	if (l->n == 0)
		buf_z(&b, "no document\n");
	return cmd_print(c, &b);
}

static int
documents_json(struct cmd *c, const struct document_list *l)
{
	struct json_out w;

	json_init(&w, c->a, DOCUMENT_OUTPUT_MAX_B, '{');
	json_key(&w, "documents");
	json_begin(&w, '[');
	for (size_t i = 0; i < l->n; i++) {
		json_begin(&w, '{');
		json_add_str(&w, "number", l->v[i].number);
		json_add_str(&w, "kind", str_z(document_kind_name(l->v[i].kind)));
		format_json_time(&w, "issued", l->v[i].issued_at);
		json_add_str(&w, "order", l->v[i].order);
		order_json_money(&w, "total", l->v[i].total_minor, l->v[i].currency);
		json_add_str(&w, "template", l->v[i].template);
		json_end(&w, '}');
	}
	json_end(&w, ']');
	return cmd_print_json(c, &w);
}

static bool
day_of(const char *text, bool last, int64_t *out, struct err *e)
{
	struct moment m;

	if (text == NULL)
		return true;
	if (!moment_parse(str_z(text), 0, last, &m, e))
		return false;
	*out = m.utc_s;
	return true;
}

static bool
kind_of(const char *text, int *kind, struct err *e)
{
	for (int i = 0; text != NULL && i < DOCUMENT__MAX; i++)
		if (str_eq_z(str_z(text), document_kind_name((enum document_kind)i))) {
			*kind = i;
			return true;
		}
	return text == NULL || err_set(e, ERR_INPUT, "there is no kind \"%s\"", text);
}

int
document_do_list(struct cmd *c)
{
	const char *order = NULL, *kind = NULL, *from = NULL, *to = NULL;
	struct document_ask ask = {.kind = -1, .to_s = INT64_MAX, .most = LIST_USUAL};
	bool json = false;
	const struct cmd_option options[] = {{"order", .text = &order}, {"kind", .text = &kind},
	    {"from", .text = &from}, {"to", .text = &to},
	    {"limit", .number = &ask.most, .min = 1, .max = LIST_MAX}, {"json", .flag = &json}};
	struct document_list l;
	struct err e = {0};
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 1)
		return document_usage(c);
	if (!kind_of(kind, &ask.kind, &e) || !day_of(from, false, &ask.from_s, &e) || !day_of(to, true, &ask.to_s, &e)
	    || !cmd_db(c, DB_TOOL, &db, &e)
	    || (order != NULL
		&& !order_id_of(db, c->a, c->conf.order_number_prefix, str_z(order), &ask.order_id, &e))
	    || !document_list(db, c->a, &ask, &l, &e))
		return cmd_fail(c, &e);
	return (json ? documents_json : documents_text)(c, &l);
}

static struct str
hex(struct arena *a, struct str bytes)
{
	return secret_hex(a, bytes.p, bytes.n);
}

/* The frozen facts stand in it as they are stored. */
static void
document_json(struct arena *a, struct buf *b, const struct document_full *d)
{
	buf_fmt(b, "{\"number\":\"%.*s\",\"order\":\"%.*s\",\"template\":\"%.*s\",\"sha256\":\"%.*s\",",
	    STR_ARG(d->row.number), STR_ARG(d->order), STR_ARG(d->row.template), STR_ARG(hex(a, d->sha256)));
	buf_fmt(b, "\"previous_sha256\":\"%.*s\",\"facts\":", STR_ARG(hex(a, d->prev)));
	buf_put(b, d->json);
	buf_z(b, "}\n");
}

static void
document_text(struct cmd *c, struct buf *b, const struct document_full *d)
{
	buf_fmt(b, "%.*s: %s of order %.*s, issued %.*s\n", STR_ARG(d->row.number), document_kind_name(d->row.kind),
	    STR_ARG(d->order), STR_ARG(moment_text(c->a, d->row.issued_at)));
	buf_fmt(b, "  total     %.*s\n  template  %.*s\n  sha256    %.*s\n  previous  %.*s\n",
	    STR_ARG(document_sum(c->a, d->row.total_minor, d->row.currency)), STR_ARG(d->row.template),
	    STR_ARG(hex(c->a, d->sha256)), STR_ARG(hex(c->a, d->prev)));
	buf_fmt(b, "kontor document show %.*s --html writes the page\n", STR_ARG(d->row.number));
}

int
document_do_show(struct cmd *c)
{
	bool html = false, json = false;
	const struct cmd_option options[] = {{"html", .flag = &html}, {"json", .flag = &json}};
	struct document_full d;
	struct err e = {0};
	struct buf b;
	struct db *db;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2 || (html && json))
		return document_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !document_get(db, c->a, str_z(c->argv[1]), &d, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, DOCUMENT_OUTPUT_MAX_B);
	if (html)
		buf_put(&b, d.page);
	else if (json)
		document_json(c->a, &b, &d);
	else
		document_text(c, &b, &d);
	return cmd_print(c, &b);
}
