#include "work/order_tree.h"

#include "plat/text/domain.h"
#include "plat/text/qr.h"
#include "pay/transfer.h"
#include "view/country_text.h"
#include "view/picture.h"

#define RATE_MAX_B 40

void
order_tree_kind(struct view *v, enum fulfilment kind)
{
	static const uint16_t flags[FULFILMENT__MAX] = {
#define FULFILMENT(id, name, address, asks, work, out, done, help) [FULFILMENT_##id] = N_##name,
#include "shop/fulfilment.def"
#undef FULFILMENT
	};

	view_bool(view_sub(v, N_kind), flags[kind], true);
}

void
order_tree_shipping(struct view *v, enum shipping s)
{
	static const uint16_t flags[SHIPPING__MAX] = {
	    [SHIPPING_DIGITAL] = N_digital, [SHIPPING_STANDARD] = N_standard, [SHIPPING_PICKUP] = N_pickup};

	view_str(v, N_value, str_z(shipping_code(s)));
	view_bool(v, flags[s], true);
}

void
order_tree_payment(struct view *v, enum payment p)
{
	static const uint16_t flags[PAYMENT__MAX] = {
	    [PAYMENT_TRANSFER] = N_transfer, [PAYMENT_ON_DELIVERY] = N_on_delivery, [PAYMENT_AT_PICKUP] = N_at_pickup,
	    [PAYMENT_FREE] = N_is_free};

	view_str(v, N_value, str_z(payment_code(p)));
	view_bool(v, flags[p], true);
}

void
order_tree_address(const struct order_tree_site *s, struct view *v, uint16_t name, const struct address *address)
{
	enum country c = address_country(address);
	struct view *list = view_sublist(v, name);
	struct str lines[ADDRESS_LINES];
	size_t n = address_lines(s->a, address, lines);

	for (size_t i = 0; i < n; i++)
		view_push(list, view_node_str(s->a, lines[i]));
	if (c != COUNTRY_NONE && c != s->origin)
		view_push(list, view_node_str(s->a, str_z(country_texts(s->lang)->name[c])));
}

void
order_tree_recipient(
    const struct order_tree_site *s, struct view *v, enum fulfilment kind, const struct address *address)
{
	struct address person = {.field = {[ADDRESS_NAME] = address->field[ADDRESS_NAME],
				     [ADDRESS_COMPANY] = address->field[ADDRESS_COMPANY]}};

	order_tree_address(s, v, N_address, kind == FULFILMENT_SENT ? address : &person);
}

void
order_tree_taxes(const struct order_tree_site *s, struct view *totals, const struct order_tax *taxes, size_t n,
    currency cur)
{
	struct view *list = view_sublist(totals, N_taxes);

	for (size_t i = 0; i < n; i++) {
		struct view *v;
		struct buf rate;

		if (taxes[i].bp == 0)
			continue;
		v = view_add(list);
		buf_init(&rate, s->a, RATE_MAX_B);
		format_rate(&rate, &s->lang->format, taxes[i].bp);
		view_str(v, N_rate, buf_str(&rate));
		view_money(v, N_amount, (struct money){taxes[i].tax_minor, cur});
	}
}

/* How far the goods are, by kind of fulfilment; 0: the kind ends before. */
static const struct {
	uint16_t work, out, done;
} kind_words[FULFILMENT__MAX] = {
#define N_nothing 0
#define FULFILMENT(id, name, address, asks, work, out, done, help) [FULFILMENT_##id] = {N_##work, N_##out, N_##done},
#include "shop/fulfilment.def"
#undef FULFILMENT
#undef N_nothing
};

static uint16_t
state_name(const struct order *o)
{
	enum fulfilment kind = shipping_kind(o->shipping);
	uint16_t done = kind_words[kind].done != 0 ? kind_words[kind].done : kind_words[kind].out;
	bool completed = o->states.of[ORDER_MACHINE_ORDER] == ORDER_ORDER_COMPLETED;

	switch (o->states.of[ORDER_MACHINE_ORDER]) {
	case ORDER_ORDER_AWAITING_PAYMENT: return N_awaiting_payment;
	case ORDER_ORDER_CANCELLED: return N_cancelled;
	case ORDER_ORDER_EXPIRED: return N_expired;
	default: break;
	}
	switch (o->states.of[ORDER_MACHINE_FULFILMENT]) {
	case ORDER_FULFILMENT_PART_SENT: return N_part_sent;
	case ORDER_FULFILMENT_SENT: return completed ? done : kind_words[kind].out;
	case ORDER_FULFILMENT_DELIVERED: return done;
	case ORDER_FULFILMENT_PART_RETURNED: return N_part_returned;
	case ORDER_FULFILMENT_RETURNED: return N_returned;
	default: return completed ? done : kind_words[kind].work;
	}
}

/* The time when a state machine first entered a state; 0: never. */
static int64_t
entered_at(const struct order_moments *m, enum order_machine machine, uint8_t state)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].machine == machine && m->v[i].to == state)
			return m->v[i].at;
	return 0;
}

/* The time of one state, or of another one if the machine passed over it: an order is paid also by too much. */
static int64_t
first_of(const struct order_moments *m, enum order_machine machine, uint8_t state, uint8_t other)
{
	int64_t at = entered_at(m, machine, state);

	return at != 0 ? at : entered_at(m, machine, other);
}

static void
put_step(struct view *list, uint16_t what, int64_t when, bool current)
{
	struct view *v = view_add(list);

	view_bool(v, what, true);
	if (when != 0)
		view_date(v, N_when, when);
	if (current)
		view_bool(v, N_current, true);
	else if (when != 0)
		view_bool(v, N_done, true);
}

static void
put_steps(struct view *v, const struct order *o, const struct order_moments *m)
{
	struct view *list = view_sublist(v, N_steps);
	int64_t paid = first_of(m, ORDER_MACHINE_PAYMENT, ORDER_PAYMENT_PAID, ORDER_PAYMENT_OWED_BACK);
	int64_t sent = first_of(m, ORDER_MACHINE_FULFILMENT, ORDER_FULFILMENT_SENT, ORDER_FULFILMENT_DELIVERED);
	int64_t delivered = entered_at(m, ORDER_MACHINE_FULFILMENT, ORDER_FULFILMENT_DELIVERED);
	int64_t completed = delivered != 0 ? delivered : entered_at(m, ORDER_MACHINE_ORDER, ORDER_ORDER_COMPLETED);
	int64_t refunded = first_of(m, ORDER_MACHINE_PAYMENT, ORDER_PAYMENT_PART_REFUNDED, ORDER_PAYMENT_REFUNDED);
	uint8_t state = o->states.of[ORDER_MACHINE_ORDER];
	enum fulfilment kind = shipping_kind(o->shipping);
	bool waits = state == ORDER_ORDER_AWAITING_PAYMENT;

	/* Steps stand in the order of time, those to come last. */
	put_step(list, N_placed, o->created_at, false);
	if (state == ORDER_ORDER_CANCELLED || state == ORDER_ORDER_EXPIRED) {
		put_step(list, state_name(o), entered_at(m, ORDER_MACHINE_ORDER, state), refunded == 0);
		if (refunded != 0)
			put_step(list, N_refunded, refunded, true);
		return;
	}
	if (payment_prepaid(o->payment) && o->total_minor > 0)
		put_step(list, N_paid, paid, waits);
	if (refunded != 0 && sent == 0)
		put_step(list, N_refunded, refunded, false);
	put_step(list, kind_words[kind].out, sent, !waits && sent == 0);
	if (refunded != 0 && sent != 0 && completed == 0)
		put_step(list, N_refunded, refunded, false);
	if (kind_words[kind].done != 0)
		put_step(list, kind_words[kind].done, completed, sent != 0 && completed == 0);
	if (refunded != 0 && completed != 0)
		put_step(list, N_refunded, refunded, false);
}

static bool
is_web_address(struct str url)
{
	return str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
}

void
order_tree_parcel(struct view *v, const struct order_sent *p)
{
	view_date(v, N_when, p->sent_at);
	view_str(v, N_carrier, p->carrier);
	view_str(v, N_tracking, p->tracking);
	if (is_web_address(p->url))
		view_str(v, N_url, p->url);
	if (p->delivered_at != 0)
		view_date(v, N_delivered, p->delivered_at);
}

/* The pieces of one parcel or return, by its place. */
static void
put_pieces(struct view *v, const struct order *o, const struct order_fates *fates, enum order_fate_kind kind, size_t of)
{
	struct view *list = view_sublist(v, N_lines);

	for (size_t i = 0; i < fates->n; i++) {
		const struct order_fate *f = &fates->v[i];
		struct view *one;

		if (f->kind != kind || f->of != of || f->pos < 1 || f->pos > o->n)
			continue;
		one = view_add(list);
		view_int(one, N_quantity, f->received > 0 ? f->received : f->qty);
		view_str(one, N_name, o->lines[f->pos - 1].title);
		view_str(one, N_text, o->lines[f->pos - 1].options);
	}
}

/* The only parcel of a complete order needs no list of its goods. */
static void
put_parcels(struct view *v, const struct order *o, const struct order_story *story)
{
	struct view *list = view_sublist(v, N_parcels);
	bool several = story->parcels.n > 1 || o->states.of[ORDER_MACHINE_FULFILMENT] == ORDER_FULFILMENT_PART_SENT;

	for (size_t i = 0; i < story->parcels.n; i++) {
		struct view *parcel = view_add(list);

		order_tree_parcel(parcel, &story->parcels.v[i]);
		if (several)
			put_pieces(parcel, o, &story->fates, ORDER_FATE_SENT, i + 1);
	}
}

static void
put_returns(struct view *v, const struct order *o, const struct order_story *story)
{
	static const uint16_t states[] = {[ORDER_RETURN_ASKED] = N_asked,
	    [ORDER_RETURN_PART_RECEIVED] = N_part_received,
	    [ORDER_RETURN_RECEIVED] = N_received,
	    [ORDER_RETURN_REFUSED] = N_refused,
	    [ORDER_RETURN_SETTLED] = N_settled};
	struct view *list = view_sublist(v, N_returns);

	for (size_t i = 0; i < story->returns.n; i++) {
		const struct order_return *r = &story->returns.v[i];
		struct view *one = view_add(list);

		view_date(one, N_when, r->asked_at);
		view_bool(one, N_withdrawal, r->withdrawal);
		/* those of a withdrawal have the same values */
		if (r->state < ARRAY_LEN(states) && states[r->state] != 0)
			view_bool(one, states[r->state], true);
		put_pieces(one, o, &story->fates, ORDER_FATE_BACK, i + 1);
	}
}

static int64_t
cut_pieces(const struct order_fates *fates, size_t pos)
{
	int64_t n = 0;

	for (size_t i = 0; i < fates->n; i++)
		if (fates->v[i].kind == ORDER_FATE_CUT && fates->v[i].pos == pos)
			n += fates->v[i].qty;
	return n;
}

static void
put_cuts(struct view *v, const struct order *o, const struct order_fates *fates)
{
	struct view *lines = view_get(v, N_lines);

	for (uint32_t i = 0; i < lines->n && i < o->n; i++) {
		int64_t cut = cut_pieces(fates, i + 1);

		if (cut > 0)
			view_int(lines->u.items[i], N_cut, cut);
	}
}

/* The money of an order, unless it is as simple as its total. */
static void
put_money(struct view *v, const struct order *o, const struct order_account *x)
{
	int64_t credited = o->total_minor - x->received_minor + x->refunded_minor - x->owed_minor;
	struct view *money;

	if (x->owed_minor < 0)
		view_money(v, N_owed_back, (struct money){-x->owed_minor, o->cur});
	if (x->refunded_minor == 0 && x->owed_minor == 0 && (credited == 0 || x->received_minor == 0))
		return; /* paid, or cancelled unpaid */
	if (credited == 0 && x->received_minor == 0)
		return;
	money = view_sub(v, N_money);
	if (credited != 0)
		view_money(money, N_credited, (struct money){-credited, o->cur});
	if (x->received_minor != 0)
		view_money(money, N_received, (struct money){x->received_minor, o->cur});
	if (x->refunded_minor != 0)
		view_money(money, N_refunded, (struct money){x->refunded_minor, o->cur});
	if (x->owed_minor > 0)
		view_money(money, N_owed, (struct money){x->owed_minor, o->cur});
	if (x->owed_minor < 0)
		view_money(money, N_owed_back, (struct money){-x->owed_minor, o->cur});
}

static void
put_notes(struct view *v, const struct order_messages *notes)
{
	struct view *list = view_sublist(v, N_notes);

	for (size_t i = 0; i < notes->n; i++) {
		struct view *one = view_add(list);

		view_date(one, N_when, notes->v[i].at);
		view_str(one, N_text, notes->v[i].text);
	}
}

static void
put_account(struct arena *a, struct view *list, struct str bank)
{
	struct str line, shown, iban;

	while (str_cut(&bank, '\n', &line)) {
		struct view *v = view_add(list);

		line = str_trim(line);
		if (payment_iban(a, line, &shown, &iban)) {
			view_str(v, N_iban, iban);
			line = shown;
		}
		view_str(v, N_text, line);
	}
}

/* For a phone that reads the order's page from a screen or from paper. */
static void
put_code(const struct order_tree_site *s, struct view *pay, struct money amount, struct str reference)
{
	const struct conf *conf = s->conf;
	struct transfer_account account;
	struct view *v;
	struct str text;
	struct qr qr;

	if (!transfer_account_find(s->a, conf->order_bank, conf->site_name, &account)
	    || !transfer_code(s->a, &account, amount, reference, &text) || !qr_make(s->a, text, &qr))
		return;
	v = view_sub(pay, N_code);
	view_str(v, N_path, qr.path);
	view_int(v, N_side, qr.side);
}

/* Also an order that is confirmed, once goods were added to it. */
static bool
waits_for_transfer(const struct order *o)
{
	uint8_t state = o->states.of[ORDER_MACHINE_ORDER], paid = o->states.of[ORDER_MACHINE_PAYMENT];
	bool short_of = paid == ORDER_PAYMENT_DUE || paid == ORDER_PAYMENT_PART_PAID;

	return o->payment == PAYMENT_TRANSFER
	       && (state == ORDER_ORDER_AWAITING_PAYMENT || (state == ORDER_ORDER_CONFIRMED && short_of));
}

static void
order_tree_pay(const struct order_tree_site *s, struct view *v, const struct order *o, const struct order_account *x)
{
	const struct money owed = {x != NULL ? x->owed_minor : o->total_minor, o->cur};
	struct view *pay;

	if (!waits_for_transfer(o) || owed.minor <= 0)
		return;
	pay = view_sub(v, N_pay);
	if (x != NULL && x->received_minor > 0)
		view_money(pay, N_received, (struct money){x->received_minor, o->cur});
	view_money(pay, N_amount, owed);
	view_str(pay, N_reference, o->number);
	put_account(s->a, view_sublist(pay, N_account), s->conf->order_bank);
	put_code(s, pay, owed, o->number);
	if (o->expires_at != 0)
		view_date(pay, N_due, o->expires_at);
}

void
order_tree_lines(const struct order_tree_site *s, struct view *v, const struct order *o)
{
	struct view *list = view_sublist(v, N_lines);

	for (size_t i = 0; i < o->n; i++) {
		const struct order_line *l = &o->lines[i];
		struct view *line = view_add(list);

		view_int(line, N_id, (int64_t)l->variant_id);
		view_str(line, N_name, l->title);
		view_str(line, N_text, l->options);
		view_str(line, N_sku, l->sku);
		if (l->handle.n > 0)
			view_str(line, N_url, url_product(s->urls, s->a, s->lang, l->handle, l->variant_id));
		picture_put(line, N_image, s->urls,
		    &(struct catalogue_image){
			.hash = l->image_hash, .alt = l->title, .w = l->image_w, .h = l->image_h});
		view_money(view_sub(line, N_price), N_now, (struct money){l->unit_minor, o->cur});
		view_int(line, N_quantity, l->qty);
		view_money(line, N_total, (struct money){l->line_minor, o->cur});
	}
}

void
order_tree_totals(const struct order_tree_site *s, struct view *v, const struct order *o)
{
	struct view *t = view_sub(v, N_totals);

	view_money(t, N_subtotal, (struct money){o->lines_minor, o->cur});
	if (o->shipping_minor > 0)
		view_money(t, N_delivery, (struct money){o->shipping_minor, o->cur});
	else if (o->shipping != SHIPPING_DIGITAL)
		view_bool(t, o->shipping == SHIPPING_PICKUP ? N_pickup : N_delivery_free, true);
	order_tree_taxes(s, t, o->taxes, o->n_taxes, o->cur);
	view_bool(t, N_tax_included, o->tax_included);
	view_money(t, N_total, (struct money){o->total_minor, o->cur});
}

struct view *
order_tree(const struct order_tree_site *s, const struct order *o, const struct order_story *story)
{
	struct view *v = view_object(s->a);
	enum fulfilment kind = shipping_kind(o->shipping);

	order_tree_kind(v, kind);
	view_str(v, N_number, o->number);
	view_date(v, N_placed, o->created_at);
	view_str(v, N_email, domain_shown(s->a, o->address.field[ADDRESS_EMAIL]));
	order_tree_recipient(s, v, kind, &o->address);
	if (o->billed_elsewhere)
		order_tree_address(s, v, N_billing, &o->billing);
	if (o->shipping != SHIPPING_DIGITAL)
		order_tree_shipping(view_sub(v, N_delivery), o->shipping);
	order_tree_payment(
	    view_sub(v, N_payment), o->total_minor > 0 ? payment_meant(o->payment, o->shipping) : PAYMENT_FREE);
	view_str(v, N_message, o->note);
	view_str(v, N_terms_version, o->terms_version);
	view_bool(view_sub(v, N_state), state_name(o), true);
	order_tree_lines(s, v, o);
	order_tree_totals(s, v, o);
	order_tree_pay(s, v, o, story->account);
	put_steps(v, o, &story->moments);
	put_parcels(v, o, story);
	put_returns(v, o, story);
	put_cuts(v, o, &story->fates);
	if (story->account != NULL)
		put_money(v, o, story->account);
	put_notes(v, &story->notes);
	if (o->states.of[ORDER_MACHINE_ORDER] == ORDER_ORDER_CONFIRMED && o->expires_at != 0)
		view_date(v, N_kept_until, o->expires_at);
	return v;
}

