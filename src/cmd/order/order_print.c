/* kontor order print: packing slips and order sheets, for paper. The HTML is in the buyer's language, since the slip
 * goes into the parcel; the plain text is for the staff. */
#include <fcntl.h>
#include <unistd.h>

#include "cmd/order/order.h"
#include "plat/host/file_replace.h"
#include "plat/text/domain.h"
#include "view/site_tree.h"
#include "work/document/paper.h"
#include "work/order_tree.h"

struct print {
	struct cmd *c;
	struct db *db;
	const char *lang, *output;
	uint64_t parcel;
	bool sheet, text;
	struct paper paper;
	struct buf out;
};

static bool
print_open(struct print *p, struct err *e)
{
	if (p->text)
		return true;
	if (!paper_open(p->c->a, &p->c->conf, &p->paper, e))
		return false;
	return p->lang == NULL || lang_near(&p->paper.langs, p->c->a, str_z(p->lang)) != NULL
	       || err_set(e, ERR_INPUT, "the shop has no language \"%s\"", p->lang);
}

/* Pieces of a line on the paper: those of the parcel; else those that are still to be sent, or all when none is. */
static int64_t
pieces_shown(const struct print *p, const struct order_look *x, size_t i)
{
	const struct look_pieces *piece = &x->pieces[i];
	int64_t n = 0, open = 0;

	for (size_t k = 0; p->parcel != 0 && k < x->n_parcel_parts; k++)
		if (x->parcel_parts[k].of == p->parcel && x->parcel_parts[k].pos == piece->pos)
			n += x->parcel_parts[k].qty;
	if (p->parcel != 0 || p->sheet)
		return p->sheet ? x->o.lines[i].qty : n;
	for (size_t k = 0; k < x->o.n; k++)
		open += x->o.lines[k].qty - x->pieces[k].sent - x->pieces[k].cut;
	return x->o.lines[i].qty - piece->cut - (open > 0 ? piece->sent : 0);
}

static void
print_lines(const struct print *p, struct view *v, const struct order_look *x)
{
	struct view *list = view_sublist(v, N_lines);

	for (size_t i = 0; i < x->o.n; i++) {
		const struct order_line *l = &x->o.lines[i];
		int64_t pieces = pieces_shown(p, x, i);
		struct view *line;

		if (pieces == 0)
			continue;
		line = view_add(list);
		view_int(line, N_quantity, pieces);
		view_str(line, N_sku, l->sku);
		view_str(line, N_name, l->title);
		view_str(line, N_text, l->options);
		if (!p->sheet)
			continue;
		view_money(line, N_price, (struct money){l->unit_minor, x->o.cur});
		view_money(line, N_total, (struct money){l->line_minor, x->o.cur});
	}
}

static struct view *
print_tree(const struct print *p, const struct order_look *x, const struct lang *lang)
{
	const struct order_tree_site s = {.a = p->c->a,
	    .conf = &p->c->conf,
	    .urls = &p->paper.urls,
	    .lang = lang,
	    .origin = p->paper.rules.tax.origin};
	struct view *v = view_object(p->c->a);
	enum fulfilment kind = shipping_kind(x->o.shipping);

	view_str(v, N_number, x->o.number);
	view_date(v, N_placed, x->o.created_at);
	view_bool(v, N_slip, !p->sheet);
	order_tree_kind(v, kind);
	order_tree_recipient(&s, v, kind, &x->o.address);
	view_str(v, N_email, domain_shown(p->c->a, x->o.address.field[ADDRESS_EMAIL]));
	if (x->o.billed_elsewhere && p->sheet)
		order_tree_address(&s, v, N_billing, &x->o.billing);
	if (x->o.shipping != SHIPPING_DIGITAL)
		order_tree_shipping(view_sub(v, N_delivery), x->o.shipping);
	order_tree_payment(view_sub(v, N_payment), payment_meant(x->o.payment, x->o.shipping));
	view_str(v, N_message, x->o.note);
	print_lines(p, v, x);
	if (p->sheet)
		order_tree_totals(&s, v, &x->o);
	return v;
}

static struct site_facts
site_of(const struct print *p)
{
	return (struct site_facts){.conf = p->paper.conf,
	    .urls = &p->paper.urls,
	    .langs = &p->paper.langs,
	    .tax_included = p->paper.rules.tax.included};
}

/* Renders the order in its own language and adds it to the documents of the page. */
static bool
print_html(struct print *p, const struct order_look *x, struct view *documents, struct err *e)
{
	struct site_facts facts = site_of(p);
	struct arena *a = p->c->a;
	const struct lang *lang = paper_lang(&p->paper, a, p->lang != NULL ? str_z(p->lang) : x->o.lang);
	struct view *root = view_object(a);
	struct buf b;

	view_put(root, N_site, site_tree(a, &facts, lang));
	view_put(view_sub(root, N_me), N_order, print_tree(p, x, lang));
	buf_init(&b, a, ORDER_OUTPUT_MAX_B);
	if (!paper_render(&p->paper, "print_order", lang, root, &b, e))
		return false;
	view_push(documents, view_node_html(a, buf_str(&b)));
	return true;
}

/* Whom the goods are for: the address only where a carrier brings them. */
static void
print_text_to(struct print *p, const struct order_look *x)
{
	static const char *const terms[FULFILMENT__MAX] = {[FULFILMENT_SENT] = "",
	    [FULFILMENT_COLLECTED] = "collected by\n",
	    [FULFILMENT_DOWNLOADED] = "download for\n"};
	struct arena *a = p->c->a;
	enum fulfilment kind = shipping_kind(x->o.shipping);
	const struct str *field = x->o.address.field;
	struct str line[ADDRESS_LINES] = {field[ADDRESS_NAME], field[ADDRESS_COMPANY]};
	struct str last = field[kind == FULFILMENT_SENT ? ADDRESS_COUNTRY : ADDRESS_EMAIL];
	size_t n = kind == FULFILMENT_SENT ? address_lines(a, &x->o.address, line) : 2;

	buf_fmt(&p->out, "%s", terms[kind]);
	for (size_t i = 0; i < n; i++)
		if (line[i].n > 0)
			buf_fmt(&p->out, "%.*s\n", STR_ARG(columns_plain(a, line[i], false)));
	buf_fmt(&p->out, "%.*s\n\n", STR_ARG(columns_plain(a, last, false)));
}

static void
print_text(struct print *p, const struct order_look *x)
{
	struct arena *a = p->c->a;
	struct columns t;

	if (p->out.n > 0)
		buf_ch(&p->out, '\f');
	if (p->sheet) {
		order_show_text(a, &p->out, x);
		return;
	}
	print_text_to(p, x);
	buf_fmt(&p->out, "Order %.*s, placed %s, by %s\n\n", STR_ARG(x->o.number),
	    order_time(a, x->o.created_at).p, shipping_code(x->o.shipping));
	columns_init(&t, a, "|>PIECES|SKU|GOODS|OPTIONS");
	for (size_t i = 0; i < x->o.n; i++) {
		int64_t pieces = pieces_shown(p, x, i);

		if (pieces == 0)
			continue;
		columns_put(&t, STR("[ ]"));
		columns_put(&t, str_fmt(a, "%lld", (long long)pieces));
		columns_put(&t, x->o.lines[i].sku);
		columns_put(&t, x->o.lines[i].title);
		columns_put(&t, x->o.lines[i].options);
	}
	columns_print(&t, &p->out);
	if (x->o.note.n > 0)
		buf_fmt(&p->out, "\nmessage: %.*s\n", STR_ARG(columns_plain(a, x->o.note, true)));
}

static bool
print_one(struct print *p, const char *number, struct view *documents, struct err *e)
{
	struct order_look x;
	uint64_t id;
	size_t i = 0;

	if (!order_named(p->c, p->db, number, &id, e) || !order_look(p->db, p->c->a, id, &x, e))
		return false;
	while (i < x.n_parcels && x.parcels[i].id != p->parcel)
		i++;
	if (p->parcel != 0 && i == x.n_parcels)
		return err_set(
		    e, ERR_NOT_FOUND, "order %s has no parcel %llu", x.o.number.p, (unsigned long long)p->parcel);
	if (!p->text)
		return print_html(p, &x, documents, e);
	print_text(p, &x);
	return true;
}

static bool
print_all(struct print *p, struct err *e)
{
	struct site_facts facts = site_of(p);
	struct arena *a = p->c->a;
	struct view *root = view_object(a), *page = view_sub(root, N_page);
	struct view *documents = view_sublist(page, N_documents);

	buf_init(&p->out, a, ORDER_OUTPUT_MAX_B);
	for (int i = 1; i < p->c->argc; i++)
		if (!print_one(p, p->c->argv[i], documents, e))
			return false;
	if (p->text)
		return buf_check(&p->out, e);
	view_str(page, N_title, str_z(p->c->argv[1]));
	view_put(root, N_site, site_tree(a, &facts, &p->paper.langs.lang[0]));
	return paper_render(&p->paper, "print", &p->paper.langs.lang[0], root, &p->out, e);
}

/* A new file is for its owner alone: it has names and addresses. */
static bool
write_private(const struct print *p, struct err *e)
{
	int fd = open(p->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return file_replace(p->c->a, p->output, buf_str(&p->out), e);
}

int
order_print(struct cmd *c)
{
	static struct print p;
	struct err e = {0};
	const struct cmd_option options[] = {{"sheet", .flag = &p.sheet}, {"text", .flag = &p.text},
	    {"lang", .text = &p.lang}, {"output", .text = &p.output},
	    {"parcel", .number = &p.parcel, .min = 1, .max = INT64_MAX}};

	p = (struct print){.c = c};
	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc < 2 || (p.parcel != 0 && c->argc > 2))
		return order_usage(c);
	if (!cmd_db(c, DB_TOOL, &p.db, &e) || !print_open(&p, &e) || !print_all(&p, &e))
		return cmd_fail(c, &e);
	if (p.output == NULL)
		return cmd_print(c, &p.out);
	return write_private(&p, &e) ? CMD_OK : cmd_fail(c, &e);
}
