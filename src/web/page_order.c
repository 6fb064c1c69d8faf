/* page_order.c - the page of an order, found by its secret link. */
#include "plat/cache/cache.h"
#include "plat/text/domain.h"
#include "plat/text/qr.h"
#include "pay/transfer.h"
#include "shop/order.h"
#include "store/order/order_cache.h"
#include "store/order/order_store.h"
#include "view/encode.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/cart_view.h"
#include "web/checkout_view.h"
#include "web/goods_tree.h"
#include "web/handlers.h"
#include "web/session.h"

#define NEW_S 900 /* so long after ordering, the page thanks the buyer */

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

	switch (o->states.of[ORDER_MACHINE_ORDER]) {
	case ORDER_ORDER_AWAITING_PAYMENT: return N_awaiting_payment;
	case ORDER_ORDER_COMPLETED: return done;
	case ORDER_ORDER_CANCELLED: return N_cancelled;
	case ORDER_ORDER_EXPIRED: return N_expired;
	default: break;
	}
	switch (o->states.of[ORDER_MACHINE_FULFILMENT]) {
	case ORDER_FULFILMENT_SENT: return kind_words[kind].out;
	case ORDER_FULFILMENT_DELIVERED:
	case ORDER_FULFILMENT_PART_RETURNED:
	case ORDER_FULFILMENT_RETURNED: return done;
	default: return kind_words[kind].work;
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

	put_step(list, N_placed, o->created_at, false);
	if (state == ORDER_ORDER_CANCELLED || state == ORDER_ORDER_EXPIRED) {
		put_step(list, state_name(o), entered_at(m, ORDER_MACHINE_ORDER, state), refunded == 0);
		if (refunded != 0)
			put_step(list, N_refunded, refunded, true);
		return;
	}
	if (payment_prepaid(o->payment) && o->total_minor > 0)
		put_step(list, N_paid, paid, waits);
	put_step(list, kind_words[kind].out, sent, !waits && sent == 0);
	if (kind_words[kind].done != 0)
		put_step(list, kind_words[kind].done, completed, sent != 0 && completed == 0);
	if (refunded != 0)
		put_step(list, N_refunded, refunded, false);
}

static bool
is_web_address(struct str url)
{
	return str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
}

static void
put_parcels(struct view *v, const struct order_sents *parcels)
{
	struct view *list = view_sublist(v, N_parcels);

	for (size_t i = 0; i < parcels->n; i++) {
		const struct order_sent *p = &parcels->v[i];
		struct view *one = view_add(list);

		view_date(one, N_when, p->sent_at);
		view_str(one, N_carrier, p->carrier);
		view_str(one, N_tracking, p->tracking);
		if (is_web_address(p->url))
			view_str(one, N_url, p->url);
		if (p->delivered_at != 0)
			view_date(one, N_delivered, p->delivered_at);
	}
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
put_code(const struct request *rq, struct view *pay, struct money amount, struct str reference)
{
	const struct conf *conf = &rq->app->conf;
	struct transfer_account account;
	struct view *v;
	struct str text;
	struct qr qr;

	if (!transfer_account_find(rq->a, conf->order_bank, conf->site_name, &account)
	    || !transfer_code(rq->a, &account, amount, reference, &text) || !qr_make(rq->a, text, &qr))
		return;
	v = view_sub(pay, N_code);
	view_str(v, N_path, qr.path);
	view_int(v, N_side, qr.side);
}

static void
put_pay(const struct request *rq, struct view *v, const struct order *o)
{
	const struct money owed = {o->owed_minor, o->cur};
	struct view *pay;

	if (o->states.of[ORDER_MACHINE_ORDER] != ORDER_ORDER_AWAITING_PAYMENT || o->payment != PAYMENT_TRANSFER)
		return;
	pay = view_sub(v, N_pay);
	view_money(pay, N_amount, owed);
	view_str(pay, N_reference, o->number);
	put_account(rq->a, view_sublist(pay, N_account), rq->app->conf.order_bank);
	put_code(rq, pay, owed, o->number);
	if (o->expires_at != 0)
		view_date(pay, N_due, o->expires_at);
}

static void
order_put_lines(const struct request *rq, struct view *v, const struct order *o)
{
	const struct page_ctx cx = request_public(rq, NULL);
	struct view *list = view_sublist(v, N_lines);

	for (size_t i = 0; i < o->n; i++) {
		const struct order_line *l = &o->lines[i];
		struct view *line = view_add(list);

		view_int(line, N_id, (int64_t)l->variant_id);
		view_str(line, N_name, l->title);
		view_str(line, N_text, l->options);
		view_str(line, N_sku, l->sku);
		if (l->handle.n > 0)
			view_str(line, N_url, url_product(&rq->app->urls, rq->a, rq->lang, l->handle, l->variant_id));
		goods_put_image(&cx, line, N_image,
		    &(struct catalogue_image){
			.hash = l->image_hash, .alt = l->title, .w = l->image_w, .h = l->image_h});
		view_money(view_sub(line, N_price), N_now, (struct money){l->unit_minor, o->cur});
		view_int(line, N_quantity, l->qty);
		view_money(line, N_total, (struct money){l->line_minor, o->cur});
	}
}

static void
put_totals(const struct request *rq, struct view *v, const struct order *o)
{
	struct view *t = view_sub(v, N_totals);

	view_money(t, N_subtotal, (struct money){o->lines_minor, o->cur});
	if (o->shipping_minor > 0)
		view_money(t, N_delivery, (struct money){o->shipping_minor, o->cur});
	else if (o->shipping != SHIPPING_DIGITAL)
		view_bool(t, o->shipping == SHIPPING_PICKUP ? N_pickup : N_delivery_free, true);
	cart_put_taxes(rq, t, o->taxes, o->n_taxes, o->cur);
	view_bool(t, N_tax_included, o->tax_included);
	view_money(t, N_total, (struct money){o->total_minor, o->cur});
}

/* Read only if the order has changed since it was placed. */
struct order_story {
	struct order_moments moments;
	struct order_sents parcels;
	struct order_messages notes;
};

/* Workers and jobs of the release before change no version. */
static bool
has_moved(const struct order *o)
{
	uint8_t state = o->states.of[ORDER_MACHINE_ORDER];

	return o->version > 1 || (state != ORDER_ORDER_AWAITING_PAYMENT && state != ORDER_ORDER_CONFIRMED);
}

static bool
story_get(struct db *db, struct arena *a, struct str hash, struct order_story *s, struct err *e)
{
	return order_moments_get(db, a, hash, &s->moments, e) && order_parcels_get(db, a, hash, &s->parcels, e)
	       && order_notes_get(db, a, hash, &s->notes, e);
}

/* The part that is the same for everyone with the link. */
static struct view *
order_tree(const struct request *rq, const struct order *o, const struct order_story *story)
{
	struct view *v = view_object(rq->a);
	enum fulfilment kind = shipping_kind(o->shipping);

	view_int(v, N_id, (int64_t)o->session_id);
	goods_put_kind(v, kind);
	view_str(v, N_number, o->number);
	view_date(v, N_placed, o->created_at);
	view_str(v, N_email, domain_shown(rq->a, o->address.field[ADDRESS_EMAIL]));
	checkout_put_recipient(rq, v, kind, &o->address);
	if (o->billed_elsewhere)
		checkout_put_address(rq, v, N_billing, &o->billing);
	if (o->shipping != SHIPPING_DIGITAL)
		checkout_put_shipping(rq, view_sub(v, N_delivery), o->shipping, NULL);
	checkout_put_payment(
	    view_sub(v, N_payment), o->total_minor > 0 ? payment_meant(o->payment, o->shipping) : PAYMENT_FREE);
	view_str(v, N_message, o->note);
	view_bool(view_sub(v, N_state), state_name(o), true);
	order_put_lines(rq, v, o);
	put_totals(rq, v, o);
	put_pay(rq, v, o);
	put_steps(v, o, &story->moments);
	put_parcels(v, &story->parcels);
	put_notes(v, &story->notes);
	view_bool(v, N_owed_back, o->states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_OWED_BACK);
	return v;
}

static bool
order_fill(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	const struct request *rq = arg;

	for (size_t i = 0; i < n; i++) {
		struct str hash = *(const struct str *)want[i]->arg;
		struct order_story story = {.notes = {.n = 0}};
		struct order o;

		if (!order_get(rq->db, a, hash, &o, e)) {
			if (e->kind != ERR_NOT_FOUND)
				return false;
			err_clear(e);
			continue;
		}
		if ((has_moved(&o) && !story_get(rq->db, a, hash, &story, e))
		    || !view_encoded(a, order_tree(rq, &o, &story), &want[i]->value, e))
			return false;
	}
	return true;
}

/* The shape of a cached order, on which this file relies. */
static const struct view_shape order_fields[] = {
    {N_id, VIEW_IS(VIEW_INT), true, NULL}, {N_placed, VIEW_IS(VIEW_DATE), false, NULL}, {0}};
static const struct view_shape order_shape = {.types = VIEW_IS(VIEW_OBJECT), .fields = order_fields};

static bool
order_read(struct arena *a, struct cache_item *item, struct str value, struct err *e)
{
	struct view *v;

	if (!view_decode(a, value, &order_shape, &v, e))
		return false;
	item->made = v;
	return true;
}

static bool
is_new(const struct request *rq, const struct view *owner, const struct view *placed)
{
	return rq->session != NULL && owner != NULL && (uint64_t)owner->u.i == rq->session->id && placed != NULL
	    && rq->now_s - placed->u.i < NEW_S;
}

static bool
read_link(struct request *rq, uint8_t hash[SECRET_HASH_B], struct err *e)
{
	switch (order_link_read(&rq->app->links, rq->args.token, hash)) {
	case ORDER_LINK_GOOD: return true;
	case ORDER_LINK_UNKNOWN:
		stats_add(&rq->app->stats, STAT_order_links_unknown, 1);
		return err_set(e, ERR_NOT_FOUND, "the link was not made by one of this host's keys");
	default: return err_set(e, ERR_NOT_FOUND, "not the token of a link");
	}
}

bool
form_order(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	uint8_t raw[SECRET_HASH_B] = {0};
	struct str hash = str_n(raw, sizeof(raw));
	struct cache_item item = {.arg = &hash, .read = order_read};
	struct view *v;

	(void)page;
	if (!read_link(rq, raw, e))
		return false;
	item.key = cache_key(rq->cache, CACHE_order, rq->lang->tag, order_cache_id(rq->a, hash));
	if (!cache_fetch(rq->cache, rq->a, &item, 1, order_fill, rq, e))
		return false;
	if (item.how == CACHE_NONE)
		return err_set(e, ERR_NOT_FOUND, "no order has this token");
	v = item.made;
	/* not cached, since neither memcached nor the database may contain the secret */
	view_str(v, N_url, url_absolute(&rq->app->urls, rq->a,
			       url_to(&rq->app->urls, rq->a, rq->lang, URL_order, rq->args.token)));
	if (is_new(rq, view_take(v, N_id), view_get(v, N_placed)))
		view_bool(v, N_is_new, true);
	view_put(me, N_order, v);
	return true;
}
