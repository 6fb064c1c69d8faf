/* document_tree.c - the page of a document, from its frozen JSON alone: neither the order nor a setting has a say. */
#include "plat/text/json.h"
#include "plat/text/qr.h"
#include "pay/transfer.h"
#include "work/document/document_json.h"

#define RATE_MAX_B 40
#define PAGE_MAX_B ((size_t)8 << 20)

struct thaw {
	struct arena *a;
	const struct lang *lang;
	currency cur;
	bool tax_included;
};

static int64_t
thaw_int(const struct json *o, const char *name)
{
	int64_t n;

	return json_int(json_member(o, name), &n) ? n : 0;
}

static struct str
thaw_text(const struct thaw *t, const struct json *o, const char *name)
{
	struct str s;

	return json_text(json_member(o, name), t->a, &s) ? s : STR_NONE;
}

static void
thaw_into(const struct thaw *t, struct view *v, uint16_t field, const struct json *o, const char *name)
{
	view_str(v, field, thaw_text(t, o, name));
}

static void
thaw_texts(const struct thaw *t, struct view *v, uint16_t field, const struct json *o, const char *name)
{
	const struct json *list = json_member(o, name);
	struct view *to = view_sublist(v, field);

	for (size_t i = 0; i < json_count(list); i++) {
		struct str s;

		if (json_text(json_at(list, i), t->a, &s))
			view_push(to, view_node_str(t->a, s));
	}
}

static void
put_date(struct view *v, uint16_t field, const struct json *o, const char *name)
{
	if (thaw_int(o, name) != 0)
		view_date(v, field, thaw_int(o, name));
}

static void
put_amount(const struct thaw *t, struct view *v, uint16_t field, int64_t minor)
{
	view_money(v, field, (struct money){minor, t->cur});
}

static void
put_rate(const struct thaw *t, struct view *v, const struct json *o)
{
	int64_t bp;
	struct buf b;

	if (!json_int(json_member(o, "tax_bp"), &bp))
		return;
	buf_init(&b, t->a, RATE_MAX_B);
	format_rate(&b, &t->lang->format, bp);
	view_str(v, N_rate, buf_str(&b));
}

static void
put_parties(const struct thaw *t, struct view *v, const struct json *root)
{
	const struct json *seller = json_member(root, "seller"), *order = json_member(root, "order");
	const struct json *corrects = json_member(root, "corrects");
	struct view *s = view_sub(v, N_seller), *o = view_sub(v, N_order);

	thaw_into(t, s, N_name, seller, "name");
	thaw_texts(t, s, N_address, seller, "address");
	thaw_into(t, s, N_email, seller, "email");
	thaw_into(t, s, N_phone, seller, "phone");
	thaw_into(t, s, N_vat_id, seller, "vat_id");
	thaw_texts(t, v, N_address, root, "buyer");
	thaw_into(t, v, N_email, root, "email");
	thaw_texts(t, v, N_deliver_to, root, "deliver_to");
	thaw_into(t, o, N_number, order, "number");
	put_date(o, N_placed, order, "placed");
	if (corrects != NULL) {
		thaw_into(t, view_sub(v, N_corrects), N_number, corrects, "number");
		put_date(view_get(v, N_corrects), N_when, corrects, "issued");
	}
}

static void
put_line(const struct thaw *t, struct view *v, const struct json *line)
{
	struct str kind = thaw_text(t, line, "kind");
	int64_t gross = thaw_int(line, "gross");

	if (str_eq_z(kind, "pieces")) {
		view_int(v, N_quantity, thaw_int(line, "pieces"));
		thaw_into(t, v, N_sku, line, "sku");
		thaw_into(t, v, N_name, line, "title");
		thaw_into(t, v, N_text, line, "options");
		put_amount(t, v, N_price, thaw_int(line, "unit"));
	} else {
		view_bool(
		    v, str_eq_z(kind, "delivery") ? N_delivery : str_eq_z(kind, "amount") ? N_part : N_rest, true);
	}
	put_rate(t, v, line);
	put_amount(t, v, N_total, t->tax_included ? gross : gross - thaw_int(line, "tax"));
}

static void
put_sums(const struct thaw *t, struct view *v, const struct json *root)
{
	const struct json *lines = json_member(root, "lines"), *rates = json_member(root, "rates");
	struct view *list = view_sublist(v, N_lines), *totals = view_sub(v, N_totals), *taxes;

	for (size_t i = 0; i < json_count(lines); i++)
		put_line(t, view_add(list), json_at(lines, i));
	taxes = view_sublist(totals, N_taxes);
	for (size_t i = 0; i < json_count(rates); i++) {
		struct view *rate = view_add(taxes);
		const struct json *r = json_at(rates, i);

		put_rate(t, rate, r);
		put_amount(t, rate, N_net, thaw_int(r, "net"));
		put_amount(t, rate, N_amount, thaw_int(r, "tax"));
	}
	view_bool(totals, N_tax_included, t->tax_included);
	put_amount(t, totals, N_net, thaw_int(root, "net"));
	put_amount(t, totals, N_total, thaw_int(root, "total"));
}

static void
put_account(const struct thaw *t, struct view *v, const struct json *root)
{
	const struct json *account = json_member(root, "account");
	struct view *pay, *list;
	struct qr qr;

	if (json_count(account) == 0)
		return;
	pay = view_sub(v, N_pay);
	list = view_sublist(pay, N_account);
	view_str(pay, N_reference, thaw_text(t, json_member(root, "order"), "number"));
	for (size_t i = 0; i < json_count(account); i++) {
		struct str s;

		if (json_text(json_at(account, i), t->a, &s))
			view_push(list, view_node_str(t->a, s));
	}
	if (!qr_make(t->a, thaw_text(t, root, "code"), &qr))
		return;
	view_str(view_sub(pay, N_code), N_path, qr.path);
	view_int(view_get(pay, N_code), N_side, qr.side);
}

static struct view *
thaw_tree(const struct thaw *t, const struct json *root)
{
	struct view *top = view_object(t->a), *v = view_sub(top, N_page), *site = view_sub(top, N_site);
	bool invoice = str_eq_z(thaw_text(t, root, "kind"), "invoice");

	view_str(site, N_lang, t->lang->tag);
	view_str(site, N_dir, t->lang->dir);
	view_bool(v, invoice ? N_invoice : N_credit_note, true);
	thaw_into(t, v, N_number, root, "number");
	put_date(v, N_when, root, "issued");
	thaw_into(t, v, N_note, root, "note");
	put_date(v, N_from, root, "supplied_from");
	if (thaw_int(root, "supplied_to") / 86400 != thaw_int(root, "supplied_from") / 86400)
		put_date(v, N_to, root, "supplied_to");
	put_parties(t, v, root);
	put_sums(t, v, root);
	if (thaw_int(root, "received") > 0 && thaw_int(root, "owed") > 0)
		put_amount(t, v, N_paid, thaw_int(root, "received"));
	if (thaw_int(root, "owed") > 0)
		put_amount(t, v, N_owed, thaw_int(root, "owed"));
	put_account(t, v, root);
	return top;
}

bool
document_page(struct arena *a, const struct paper *p, struct str json, struct str *page, struct err *e)
{
	const struct json *root = json_parse(json);
	struct thaw t = {.a = a};
	struct str code, included;
	struct buf b;
	bool ok;

	buf_init(&b, a, PAGE_MAX_B);
	code = thaw_text(&t, root, "currency");
	t.lang = paper_lang(p, a, thaw_text(&t, root, "language"));
	t.tax_included =
	    json_scalar(json_member(root, "tax_included"), a, &included) && str_eq_z(included, "true");
	ok = currency_find(code, &t.cur) || err_set(e, ERR_INPUT, "the document has no known currency");
	ok = ok && paper_render(p, "document", t.lang, thaw_tree(&t, root), &b, e);
	json_free(root);
	*page = buf_str(&b);
	return ok;
}
