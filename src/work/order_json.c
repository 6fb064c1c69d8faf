#include "work/order_json.h"

#include "store/order/order_list.h"
#include "view/format.h"

void
order_json_money(struct json_out *w, const char *key, int64_t minor, struct str code)
{
	struct money m = {.minor = minor};

	json_key(w, key);
	json_begin(w, '{');
	if (currency_find(code, &m.cur))
		json_add_str(w, "amount", money_plain(w->b.a, m));
	json_add_str(w, "currency", code);
	json_end(w, '}');
}

static void
look_amount(struct json_out *w, const char *key, const struct order_look *x, int64_t minor)
{
	order_json_money(w, key, minor, str_z(currency_code(x->o.cur)));
}

static void
json_address(struct json_out *w, const char *key, const struct address *address, bool buyer)
{
	json_key(w, key);
	json_begin(w, '{');
	for (int i = ADDRESS_NAME; i < ADDRESS__MAX; i++)
		if (buyer || i == ADDRESS_COUNTRY)
			json_add_str(w, address_field_name((enum address_field)i), address->field[i]);
	json_end(w, '}');
}

static void
json_buyer(struct json_out *w, const struct order *o)
{
	json_add_str(w, "mail", o->address.field[ADDRESS_EMAIL]);
	json_add_str(w, "phone", o->address.field[ADDRESS_PHONE]);
	json_address(w, "deliver_to", &o->address, true);
	if (o->billed_elsewhere)
		json_address(w, "invoice_to", &o->billing, true);
	json_add_str(w, "message", o->note);
	format_json_time(w, "download_consent", o->early_at);
	json_add_str(w, "download_consent_words", o->early_version);
}

static void
json_head(struct json_out *w, const struct order_look *x, bool staff)
{
	const struct order *o = &x->o;

	json_add_str(w, "number", o->number);
	json_add_i64(w, "id", (int64_t)o->id);
	json_add_i64(w, "version", (int64_t)x->o.version);
	format_json_time(w, "placed", o->created_at);
	format_json_time(w, "expires", o->expires_at);
	json_add_str(w, "language", o->lang);
	json_add_str(w, "state", str_z(order_state_name(ORDER_MACHINE_ORDER, o->states.of[ORDER_MACHINE_ORDER])));
	json_add_str(
	    w, "payment", str_z(order_state_name(ORDER_MACHINE_PAYMENT, o->states.of[ORDER_MACHINE_PAYMENT])));
	json_add_str(
	    w, "goods", str_z(order_state_name(ORDER_MACHINE_FULFILMENT, o->states.of[ORDER_MACHINE_FULFILMENT])));
	if (staff)
		json_add_str(w, "queue", str_z(order_queue_name(x->queue)));
	json_add_str(w, "delivery", str_z(shipping_code(o->shipping)));
	json_add_str(w, "method", str_z(payment_code(o->payment)));
}

static void
json_lines(struct json_out *w, const struct order_look *x)
{
	json_key(w, "lines");
	json_begin(w, '[');
	for (size_t i = 0; i < x->o.n; i++) {
		const struct order_line *l = &x->o.lines[i];

		json_begin(w, '{');
		json_add_i64(w, "line", x->pieces[i].pos);
		json_add_str(w, "sku", l->sku);
		json_add_str(w, "title", l->title);
		json_add_str(w, "options", l->options);
		json_add_i64(w, "pieces", l->qty);
		json_add_i64(w, "sent", x->pieces[i].sent);
		json_add_i64(w, "cut", x->pieces[i].cut);
		json_add_i64(w, "back", x->pieces[i].back);
		look_amount(w, "price", x, l->unit_minor);
		look_amount(w, "amount", x, l->line_minor);
		json_add_i64(w, "tax_bp", l->tax_bp);
		look_amount(w, "tax", x, l->tax_minor);
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
json_sums(struct json_out *w, const struct order_look *x)
{
	look_amount(w, "subtotal", x, x->o.lines_minor);
	look_amount(w, "delivery_price", x, x->o.shipping_minor);
	json_add_bool(w, "tax_included", x->o.tax_included);
	json_key(w, "taxes");
	json_begin(w, '[');
	for (size_t i = 0; i < x->o.n_taxes; i++) {
		json_begin(w, '{');
		json_add_i64(w, "tax_bp", x->o.taxes[i].bp);
		look_amount(w, "base", x, x->o.taxes[i].base_minor);
		look_amount(w, "tax", x, x->o.taxes[i].tax_minor);
		json_end(w, '}');
	}
	json_end(w, ']');
	look_amount(w, "total", x, x->o.total_minor);
	look_amount(w, "received", x, x->account.received_minor);
	look_amount(w, "refunded", x, x->account.refunded_minor);
	look_amount(w, "refund_asked", x, x->account.reserved_minor);
	look_amount(w, "owed", x, x->account.owed_minor);
}

static void
json_parts(struct json_out *w, const struct look_part *part, size_t n, uint64_t of, bool back)
{
	json_key(w, "pieces");
	json_begin(w, '[');
	for (size_t i = 0; i < n; i++) {
		if (part[i].of != of)
			continue;
		json_begin(w, '{');
		json_add_i64(w, "line", part[i].pos);
		json_add_i64(w, "pieces", part[i].qty);
		if (back) {
			json_add_i64(w, "received", part[i].received);
			json_add_i64(w, "restocked", part[i].restocked);
			json_add_str(w, "condition", str_z(look_goods_name(part[i].goods)));
		}
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
json_parcels(struct json_out *w, const struct order_look *x)
{
	json_key(w, "parcels");
	json_begin(w, '[');
	for (size_t i = 0; i < x->n_parcels; i++) {
		const struct look_parcel *p = &x->parcels[i];

		json_begin(w, '{');
		json_add_i64(w, "parcel", (int64_t)p->id);
		json_add_str(w, "carrier", p->carrier);
		json_add_str(w, "tracking", p->tracking);
		json_add_str(w, "url", p->url);
		format_json_time(w, "sent", p->sent_at);
		format_json_time(w, "delivered", p->delivered_at);
		json_parts(w, x->parcel_parts, x->n_parcel_parts, p->id, false);
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
json_returns(struct json_out *w, const struct order_look *x, bool buyer)
{
	json_key(w, "returns");
	json_begin(w, '[');
	for (size_t i = 0; i < x->n_returns; i++) {
		const struct look_return *r = &x->returns[i];

		json_begin(w, '{');
		json_add_i64(w, "return", (int64_t)r->id);
		json_add_str(w, "kind", r->withdrawal ? STR("withdrawal") : STR("return"));
		json_add_str(w, "state", str_z(look_return_state(r)));
		if (buyer)
			json_add_str(w, "reason", r->reason);
		format_json_time(w, "asked", r->asked_at);
		format_json_time(w, "deadline", r->deadline);
		json_parts(w, x->return_parts, x->n_return_parts, r->id, true);
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
json_money(struct json_out *w, const struct order_look *x)
{
	json_key(w, "money");
	json_begin(w, '[');
	for (size_t i = 0; i < x->n_money; i++) {
		const struct look_money *m = &x->money[i];

		json_begin(w, '{');
		json_add_str(w, "kind", m->refund ? STR("refund") : STR("payment"));
		json_add_i64(w, "id", (int64_t)m->id);
		format_json_time(w, "at", m->at);
		order_json_money(w, "amount", m->amount_minor, m->currency);
		json_add_str(w, "provider", m->provider);
		json_add_str(w, "reference", m->ref);
		if (m->refund) {
			json_add_str(w, "state", str_z(look_refund_state(m)));
			json_add_bool(w, "by_hand", m->by_hand);
		}
		if (m->return_id != 0)
			json_add_i64(w, "return", (int64_t)m->return_id);
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
json_downloads(struct json_out *w, const struct order_look *x)
{
	json_key(w, "downloads");
	json_begin(w, '[');
	for (size_t i = 0; i < x->files.n; i++) {
		const struct download *d = &x->files.v[i];

		json_begin(w, '{');
		json_add_i64(w, "line", d->pos);
		json_add_str(w, "file", d->name);
		json_add_i64(w, "used", d->used);
		json_add_i64(w, "allowed", d->allowed);
		format_json_time(w, "until", d->until_at);
		json_end(w, '}');
	}
	json_end(w, ']');
	json_key(w, "downloaded");
	json_begin(w, '[');
	for (size_t i = 0; i < x->takes.n; i++) {
		json_begin(w, '{');
		format_json_time(w, "at", x->takes.v[i].at);
		json_add_i64(w, "line", x->takes.v[i].pos);
		json_add_str(w, "file", x->takes.v[i].name);
		json_end(w, '}');
	}
	json_end(w, ']');
	json_add_i64(w, "codes", x->n_codes);
}

static void
json_story(struct json_out *w, const struct order_look *x)
{
	json_key(w, "notes");
	json_begin(w, '[');
	for (size_t i = 0; i < x->n_notes; i++) {
		json_begin(w, '{');
		format_json_time(w, "at", x->notes[i].at);
		json_add_str(w, "by", x->notes[i].actor);
		json_add_bool(w, "to_buyer", x->notes[i].to_buyer);
		json_add_str(w, "text", x->notes[i].text);
		json_end(w, '}');
	}
	json_end(w, ']');
	json_key(w, "events");
	json_begin(w, '[');
	for (size_t i = 0; i < x->n_events; i++) {
		const struct look_event *v = &x->events[i];

		json_begin(w, '{');
		format_json_time(w, "at", v->at);
		json_add_str(w, "machine", str_z(look_machine_name(v)));
		json_add_str(w, "event", str_z(look_event_name(v)));
		json_add_str(w, "from", str_z(order_state_name(v->machine, v->from)));
		json_add_str(w, "to", str_z(order_state_name(v->machine, v->to)));
		json_add_str(w, "by", v->actor);
		json_add_str(w, "why", v->why);
		json_end(w, '}');
	}
	json_end(w, ']');
}

void
order_json(struct json_out *w, const struct order_look *x, unsigned parts)
{
	bool buyer = (parts & ORDER_JSON_BUYER) != 0, staff = (parts & ORDER_JSON_STAFF) != 0;

	json_head(w, x, staff);
	if (buyer)
		json_buyer(w, &x->o);
	else
		json_address(w, "deliver_to", &x->o.address, false);
	json_lines(w, x);
	json_sums(w, x);
	json_parcels(w, x);
	json_returns(w, x, buyer);
	json_money(w, x);
	if (staff) {
		json_downloads(w, x);
		json_story(w, x);
	}
}
