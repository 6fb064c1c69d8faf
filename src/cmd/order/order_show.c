/* kontor order show: an order for people or programs. */
#include <stdio.h>

#include "cmd/order/order.h"
#include "store/mail/bounce_store.h"
#include "view/format.h"

static struct str
look_sum(struct arena *a, const struct order_look *x, int64_t minor)
{
	return order_sum(a, minor, str_z(currency_code(x->o.cur)));
}

static struct str
percent_text(struct arena *a, int32_t bp)
{
	static const struct format plain = {.decimal = STR_INIT(".")};
	struct buf b;

	buf_init(&b, a, 40);
	format_rate(&b, &plain, bp);
	buf_z(&b, " %");
	return buf_str(&b);
}

static void
fact(struct arena *a, struct buf *b, const char *name, struct str value)
{
	struct str plain = columns_plain(a, value, true), line;
	bool first = true;

	if (plain.n == 0)
		return;
	while (str_cut(&plain, '\n', &line)) {
		buf_fmt(b, "%-11s %.*s\n", first ? name : "", STR_ARG(line));
		first = false;
	}
}

static void
address_fact(struct arena *a, struct buf *b, const char *name, const struct address *address)
{
	struct str line[ADDRESS_LINES];
	size_t n = address_lines(a, address, line);
	struct buf text;

	buf_init(&text, a, 4000);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&text, "%.*s\n", STR_ARG(line[i]));
	buf_put(&text, address->field[ADDRESS_COUNTRY]);
	fact(a, b, name, buf_str(&text));
}

static void
head_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	const struct order *o = &x->o;

	buf_fmt(b, "Order %.*s (id %llu, version %llu)\n", STR_ARG(o->number), (unsigned long long)o->id,
	    (unsigned long long)x->o.version);
	fact(a, b, "placed", str_fmt(a, "%s, in %.*s", order_time(a, o->created_at).p, STR_ARG(o->lang)));
	fact(a, b, "order", str_z(order_state_name(ORDER_MACHINE_ORDER, o->states.of[ORDER_MACHINE_ORDER])));
	fact(a, b, "payment",
	    str_fmt(a, "%s, by %s", order_state_name(ORDER_MACHINE_PAYMENT, o->states.of[ORDER_MACHINE_PAYMENT]),
		payment_code(o->payment)));
	fact(a, b, "goods",
	    str_fmt(a, "%s, by %s", order_state_name(ORDER_MACHINE_FULFILMENT, o->states.of[ORDER_MACHINE_FULFILMENT]),
		shipping_code(o->shipping)));
	fact(a, b, "to do", str_z(order_queue_shown(x->queue)));
	if (o->expires_at != 0)
		fact(a, b, "expires", order_time(a, o->expires_at));
	fact(a, b, "mail", o->address.field[ADDRESS_EMAIL]);
	fact(a, b, "phone", o->address.field[ADDRESS_PHONE]);
	address_fact(a, b, "deliver to", &o->address);
	if (o->billed_elsewhere)
		address_fact(a, b, "invoice to", &o->billing);
	if (o->early_at != 0)
		fact(a, b, "consent",
		    str_fmt(a, "the right to withdraw from downloads ends: %s, words %s", order_time(a, o->early_at).p,
			o->early_version.p));
	fact(a, b, "message", o->note);
}

static void
put_count(struct columns *t, int64_t n)
{
	columns_put(t, n == 0 ? STR("") : str_fmt(t->a, "%lld", (long long)n));
}

static void
lines_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, ">LINE|SKU|GOODS|OPTIONS|>PIECES|>SENT|>CUT|>BACK|>PRICE|>AMOUNT|>TAX");
	for (size_t i = 0; i < x->o.n; i++) {
		const struct order_line *l = &x->o.lines[i];
		const struct look_pieces *p = &x->pieces[i];

		put_count(&t, p->pos);
		columns_put(&t, l->sku);
		columns_put(&t, l->title);
		columns_put(&t, l->options);
		put_count(&t, l->qty);
		put_count(&t, p->sent);
		put_count(&t, p->cut);
		put_count(&t, p->back);
		columns_put(&t, look_sum(a, x, l->unit_minor));
		columns_put(&t, look_sum(a, x, l->line_minor));
		columns_put(&t, percent_text(a, l->tax_bp));
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
}

static void
sums_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	const struct order_account *money = &x->account;

	buf_ch(b, '\n');
	fact(a, b, "goods", look_sum(a, x, x->o.lines_minor));
	fact(a, b, "delivery", look_sum(a, x, x->o.shipping_minor));
	for (size_t i = 0; i < x->o.n_taxes; i++)
		fact(a, b, "tax",
		    str_fmt(a, "%s on %s: %s", percent_text(a, x->o.taxes[i].bp).p,
			look_sum(a, x, x->o.taxes[i].base_minor).p, look_sum(a, x, x->o.taxes[i].tax_minor).p));
	fact(a, b, "total", look_sum(a, x, x->o.total_minor));
	if (money->received_minor != 0)
		fact(a, b, "received", look_sum(a, x, money->received_minor));
	if (money->refunded_minor != 0)
		fact(a, b, "refunded", look_sum(a, x, money->refunded_minor));
	if (money->reserved_minor != 0)
		fact(a, b, "to refund", look_sum(a, x, money->reserved_minor));
	if (money->owed_minor > 0)
		fact(a, b, "owed", look_sum(a, x, money->owed_minor));
	if (money->owed_minor < 0)
		fact(a, b, "owed back", look_sum(a, x, -money->owed_minor));
}

/* "2 x SKU, 1 x SKU" of a parcel or return. */
static struct str
parts_text(struct arena *a, const struct order_look *x, const struct look_part *part, size_t n, uint64_t of)
{
	struct buf b;

	buf_init(&b, a, 100000);
	for (size_t i = 0; i < n; i++) {
		const struct order_line *l = order_look_line(x, part[i].pos);

		if (part[i].of != of)
			continue;
		buf_fmt(&b, "%s%lld x %.*s", b.n > 0 ? ", " : "", (long long)part[i].qty,
		    STR_ARG(l == NULL      ? STR("?")
			    : l->sku.n > 0 ? l->sku
					   : l->title));
		if (part[i].received > 0)
			buf_fmt(&b, " (%lld back, %lld in stock, %s)", (long long)part[i].received,
			    (long long)part[i].restocked, look_goods_name(part[i].goods));
	}
	return buf_str(&b);
}

static void
parcels_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, ">PARCEL|SENT|ARRIVED|CARRIER|TRACKING|PIECES");
	for (size_t i = 0; i < x->n_parcels; i++) {
		const struct look_parcel *p = &x->parcels[i];

		put_count(&t, (int64_t)p->id);
		columns_put(&t, order_time(a, p->sent_at));
		columns_put(&t, order_time(a, p->delivered_at));
		columns_put(&t, p->carrier);
		columns_put(&t, p->tracking);
		columns_put(&t, parts_text(a, x, x->parcel_parts, x->n_parcel_parts, p->id));
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
}

static void
returns_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, ">RETURN|ASKED|KIND|STATE|PIECES|REASON");
	for (size_t i = 0; i < x->n_returns; i++) {
		const struct look_return *r = &x->returns[i];

		put_count(&t, (int64_t)r->id);
		columns_put(&t, order_time(a, r->asked_at));
		columns_put(&t, r->withdrawal ? STR("withdrawal") : STR("return"));
		columns_put(&t, str_z(look_return_state(r)));
		columns_put(&t, parts_text(a, x, x->return_parts, x->n_return_parts, r->id));
		columns_put(&t, r->reason);
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
}

static void
money_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, "MONEY|>ID|AT|>AMOUNT|BY|REFERENCE|STATE");
	for (size_t i = 0; i < x->n_money; i++) {
		const struct look_money *m = &x->money[i];

		columns_put(&t, m->refund ? STR("refund") : STR("payment"));
		put_count(&t, (int64_t)m->id);
		columns_put(&t, order_time(a, m->at));
		columns_put(&t, order_sum(a, m->amount_minor, m->currency));
		columns_put(&t, m->by_hand ? STR("hand") : m->provider);
		columns_put(&t, m->ref);
		columns_put(&t, m->refund ? str_z(look_refund_state(m)) : STR(""));
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
}

static void
downloads_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, ">LINE|FILE|>USED|>OF|UNTIL");
	for (size_t i = 0; i < x->files.n; i++) {
		const struct download *d = &x->files.v[i];

		put_count(&t, d->pos);
		columns_put(&t, d->name);
		columns_put(&t, str_fmt(a, "%lld", (long long)d->used));
		put_count(&t, d->allowed);
		columns_put(&t, order_time(a, d->until_at));
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
	columns_init(&t, a, "DOWNLOAD|>LINE|FILE");
	for (size_t i = 0; i < x->takes.n; i++) {
		columns_put(&t, order_time(a, x->takes.v[i].at));
		put_count(&t, x->takes.v[i].pos);
		columns_put(&t, x->takes.v[i].name);
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
	if (x->n_codes > 0)
		fact(a, b, "codes", str_fmt(a, "%lld", (long long)x->n_codes));
}

static void
notes_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, "NOTE|BY|TO|TEXT");
	for (size_t i = 0; i < x->n_notes; i++) {
		columns_put(&t, order_time(a, x->notes[i].at));
		columns_put(&t, x->notes[i].actor);
		columns_put(&t, x->notes[i].to_buyer ? STR("buyer") : STR("staff"));
		columns_put(&t, x->notes[i].text);
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
}

/* One row per event that changed a state, or the first of one that changed none. */
static void
events_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	struct columns t;

	columns_init(&t, a, "EVENT|WHAT|BY|STATE|WHY");
	for (size_t i = 0; i < x->n_events; i++) {
		const struct look_event *v = &x->events[i];

		columns_put(&t, order_time(a, v->at));
		columns_put(&t, str_z(look_event_name(v)));
		columns_put(&t, v->actor);
		columns_put(&t, v->from == v->to ? STR("")
						 : str_fmt(a, "%s -> %s", order_state_name(v->machine, v->from),
						     order_state_name(v->machine, v->to)));
		columns_put(&t, v->why);
	}
	buf_ch(b, '\n');
	columns_print(&t, b);
}

void
order_show_text(struct arena *a, struct buf *b, const struct order_look *x)
{
	head_text(a, b, x);
	lines_text(a, b, x);
	sums_text(a, b, x);
	if (x->n_parcels > 0)
		parcels_text(a, b, x);
	if (x->n_returns > 0)
		returns_text(a, b, x);
	if (x->n_money > 0)
		money_text(a, b, x);
	if (x->files.n > 0 || x->n_codes > 0)
		downloads_text(a, b, x);
	if (x->n_notes > 0)
		notes_text(a, b, x);
	if (x->n_events > 0)
		events_text(a, b, x);
}

/* The buyer's address, if mails to it came back. */
static bool
suppressed_text(struct cmd *c, struct db *db, const struct order_look *x, struct buf *b, struct err *e)
{
	struct str address = x->o.address.field[ADDRESS_EMAIL];
	struct suppressed s;
	bool found;

	if (!suppressed_find(db, c->a, address, &s, &found, e))
		return false;
	if (found)
		buf_fmt(b, "\nNo mail goes to %.*s since %s: %.*s\n", STR_ARG(columns_plain(c->a, address, false)),
		    cmd_utc(c->a, s.at), STR_ARG(columns_plain(c->a, s.why, false)));
	return true;
}

int
order_show(struct cmd *c)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", .flag = &json}};
	struct order_look x;
	struct json_out w;
	struct err e = {0};
	struct str text;
	struct db *db;
	struct buf b;
	uint64_t id;

	if (!cmd_options(c, options, ARRAY_LEN(options)) || c->argc != 2)
		return order_usage(c);
	if (!cmd_db(c, DB_TOOL, &db, &e) || !order_named(c, db, c->argv[1], &id, &e)
	    || !order_look(db, c->a, id, &x, &e))
		return cmd_fail(c, &e);
	buf_init(&b, c->a, ORDER_OUTPUT_MAX_B);
	if (json) {
		json_init(&w, c->a, ORDER_OUTPUT_MAX_B, '{');
		order_json(&w, &x, ORDER_JSON_BUYER | ORDER_JSON_STAFF);
		if (!json_done(&w, '}', &text, &e))
			return cmd_fail(c, &e);
		buf_put(&b, text);
		buf_ch(&b, '\n');
	} else {
		order_show_text(c->a, &b, &x);
		if (!suppressed_text(c, db, &x, &b, &e))
			return cmd_fail(c, &e);
	}
	return cmd_print(c, &b);
}
