#include "work/document/document_json.h"

#include "pay/transfer.h"
#include "plat/text/domain.h"
#include "plat/text/json.h"
#include "view/country_text.h"
#include "view/site_tree.h"

#define JSON_MAX_B ((size_t)4 << 20)

struct freeze {
	struct arena *a;
	const struct paper *p;
	const struct document_facts *f;
	const struct document *d;
	const struct document_head *head;
	struct json_out w;
};

static void
freeze_lines(struct freeze *z, const char *name, struct str text)
{
	struct str line;

	json_key(&z->w, name);
	json_begin(&z->w, '[');
	while (text.n > 0 && str_cut(&text, '\n', &line))
		if (str_trim(line).n > 0)
			json_put_str(&z->w, str_trim(line));
	json_end(&z->w, ']');
}

static void
freeze_seller(struct freeze *z)
{
	const struct conf *conf = z->p->conf;

	json_key(&z->w, "seller");
	json_begin(&z->w, '{');
	json_add_str(&z->w, "name", conf->site_name);
	freeze_lines(z, "address", conf->site_address);
	json_add_str(&z->w, "email", conf->site_sender);
	json_add_str(&z->w, "phone", conf->site_phone);
	json_add_str(&z->w, "vat_id", conf->site_vat_id);
	json_end(&z->w, '}');
	json_add_str(&z->w, "note", site_text_in(conf->document_note, z->head->lang));
}

static void
freeze_address(struct freeze *z, const char *name, const struct address *address)
{
	enum country c = address_country(address);
	struct str lines[ADDRESS_LINES];
	size_t n = address_lines(z->a, address, lines);

	json_key(&z->w, name);
	json_begin(&z->w, '[');
	for (size_t i = 0; i < n; i++)
		if (lines[i].n > 0)
			json_put_str(&z->w, lines[i]);
	if (c != COUNTRY_NONE && c != z->p->rules.tax.origin)
		json_put_str(&z->w, str_z(country_texts(z->head->lang)->name[c]));
	json_end(&z->w, ']');
}

static void
freeze_buyer(struct freeze *z)
{
	const struct order *o = &z->f->look.o;

	freeze_address(z, "buyer", o->billed_elsewhere ? &o->billing : &o->address);
	json_add_str(&z->w, "email", domain_shown(z->a, o->address.field[ADDRESS_EMAIL]));
	if (o->billed_elsewhere && shipping_kind(o->shipping) == FULFILMENT_SENT)
		freeze_address(z, "deliver_to", &o->address);
	json_key(&z->w, "order");
	json_begin(&z->w, '{');
	json_add_str(&z->w, "number", o->number);
	json_add_i64(&z->w, "placed", o->created_at);
	json_end(&z->w, '}');
}

static void
freeze_rows(struct freeze *z)
{
	static const char *const kinds[] = {"pieces", "delivery", "amount", "rest"};
	const struct document *d = z->d;

	json_key(&z->w, "lines");
	json_begin(&z->w, '[');
	for (size_t i = 0; i < d->n_lines; i++) {
		const struct document_line *l = &d->lines[i];

		json_begin(&z->w, '{');
		json_add_str(&z->w, "kind", str_z(kinds[l->kind]));
		if (l->of != NULL) {
			json_add_str(&z->w, "sku", l->of->sku);
			json_add_str(&z->w, "title", l->of->title);
			json_add_str(&z->w, "options", l->of->options);
			json_add_i64(&z->w, "pieces", l->qty);
			json_add_i64(&z->w, "unit", l->of->unit_minor);
		}
		json_add_i64(&z->w, "gross", l->gross_minor);
		json_add_i64(&z->w, "tax", l->tax_minor);
		if (!l->mixed)
			json_add_i64(&z->w, "tax_bp", l->bp);
		json_end(&z->w, '}');
	}
	json_end(&z->w, ']');
}

static void
freeze_sums(struct freeze *z)
{
	const struct document *d = z->d;

	json_key(&z->w, "rates");
	json_begin(&z->w, '[');
	for (size_t i = 0; i < d->n_rates; i++) {
		json_begin(&z->w, '{');
		json_add_i64(&z->w, "tax_bp", d->rates[i].bp);
		json_add_i64(&z->w, "net", d->rates[i].gross_minor - d->rates[i].tax_minor);
		json_add_i64(&z->w, "tax", d->rates[i].tax_minor);
		json_end(&z->w, '}');
	}
	json_end(&z->w, ']');
	json_add_i64(&z->w, "net", d->gross_minor - d->tax_minor);
	json_add_i64(&z->w, "tax", d->tax_minor);
	json_add_i64(&z->w, "total", d->gross_minor);
}

/* The money that an invoice leaves to be paid, and how. */
static void
freeze_payment(struct freeze *z)
{
	const struct order *o = &z->f->look.o;
	const struct order_account *account = &z->f->look.account;
	struct transfer_account bank;
	struct str code;

	json_add_i64(&z->w, "received", account->received_minor - account->refunded_minor);
	json_add_i64(&z->w, "owed", account->owed_minor > 0 ? account->owed_minor : 0);
	if (account->owed_minor <= 0 || o->payment != PAYMENT_TRANSFER)
		return;
	freeze_lines(z, "account", z->p->conf->order_bank);
	if (transfer_account_find(z->a, z->p->conf->order_bank, z->p->conf->site_name, &bank)
	    && transfer_code(z->a, &bank, (struct money){account->owed_minor, o->cur}, o->number, &code))
		json_add_str(&z->w, "code", code);
}

bool
document_freeze(struct arena *a, const struct paper *p, const struct document_facts *f, const struct document *d,
    const struct document_head *head, struct str *json, struct err *e)
{
	struct freeze z = {a, p, f, d, head, {.more = false}};

	json_init(&z.w, a, JSON_MAX_B, '{');
	json_add_i64(&z.w, "format", 1);
	json_add_str(&z.w, "kind", str_z(document_kind_name(d->kind)));
	json_add_str(&z.w, "number", head->number);
	json_add_i64(&z.w, "issued", head->issued_at);
	json_add_str(&z.w, "language", head->lang->tag);
	json_add_str(&z.w, "currency", str_z(currency_code(f->look.o.cur)));
	json_add_bool(&z.w, "tax_included", f->look.o.tax_included);
	freeze_seller(&z);
	freeze_buyer(&z);
	if (d->corrects != NULL) {
		json_key(&z.w, "corrects");
		json_begin(&z.w, '{');
		json_add_str(&z.w, "number", d->corrects->number);
		json_add_i64(&z.w, "issued", d->corrects->issued_at);
		json_end(&z.w, '}');
	}
	if (d->kind == DOCUMENT_INVOICE) {
		json_add_i64(&z.w, "supplied_from", d->from_s);
		json_add_i64(&z.w, "supplied_to", d->to_s);
		freeze_payment(&z);
	}
	freeze_rows(&z);
	freeze_sums(&z);
	return json_done(&z.w, '}', json, e);
}
