#include "web/cart_view.h"

#include "view/picture.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/checkout_view.h"
#include "web/goods_tree.h"
#include "web/session.h"
#include "work/order_tree.h"
#include "view/country_text.h"

struct cart_owner
cart_page_owner(const struct request *rq)
{
	return (struct cart_owner){
	    .session_id = rq->session->id,
	    .token = str_n(rq->session->token, sizeof(rq->session->token)),
	    .lang = rq->lang->tag,
	    .fallback = rq->app->shop_lang->tag,
	};
}

bool
cart_page_plan(struct request *rq, struct cart_page *p, struct err *e)
{
	return checkout_plan(rq->a, &rq->app->rules, &p->cart, &p->draft, &p->plan, e);
}

bool
cart_page_load(struct request *rq, struct cart_page *p, struct err *e)
{
	struct cart_owner owner;

	*p = (struct cart_page){.found = false};
	if (rq->session == NULL)
		return true;
	owner = cart_page_owner(rq);
	if (!cart_find(rq->db, rq->a, &owner, &p->cart, &p->draft, &p->found, e))
		return false;
	rq->session->cart_units = cart_units(&p->cart);
	return !p->found || cart_page_plan(rq, p, e);
}

bool
cart_page_redirect(struct request *rq)
{
	struct str url = url_to(&rq->app->urls, rq->a, rq->lang, URL_cart, STR_NONE);

	if (rq->post && rq->session_tokens.n == 0)
		url = url_query(rq->a, url, "nocookie", STR("1"));
	response_redirect(&rq->res, 303, url);
	return true;
}

struct money
cart_amount(const struct request *rq, int64_t minor)
{
	return (struct money){minor, rq->app->rules.cur};
}
#define NAMES_MAX_B 20000

static int64_t
quantity_max(const struct cart_line *line)
{
	int64_t n = stock_sellable(&line->stock, CART_QTY_MAX);

	return n > 0 ? n : 1;
}

static void
put_change(const struct request *rq, struct view *v, const struct checkout_line *line)
{
	struct view *change;

	if (line->notices == 0)
		return;
	change = view_sub(v, N_change);
	if (line->notices & CART_NOTICE_GONE)
		view_bool(change, N_gone, true);
	if (line->notices & CART_NOTICE_SHORT)
		view_int(change, N_only_left, stock_sellable(&line->cart->stock, line->cart->qty));
	if (line->notices & CART_NOTICE_PRICE)
		view_money(change, N_price_was, cart_amount(rq, line->cart->seen_minor));
}

static void
put_availability(struct view *v, const struct cart_line *line)
{
	static const uint16_t flags[] = {
	    [STOCK_SOLD_OUT] = N_sold_out,
	    [STOCK_FEW] = N_low,
	    [STOCK_PLENTY] = N_in_stock,
	    [STOCK_ON_ORDER] = N_on_order,
	};

	view_bool(view_sub(v, N_availability), line->ships ? flags[stock_avail(&line->stock)] : N_digital, true);
}

static void
cart_view_put_line(const struct request *rq, struct view *list, const struct checkout_line *line)
{
	const struct cart_line *c = line->cart;
	struct view *v = view_add(list), *price;

	view_int(v, N_id, (int64_t)c->variant_id);
	view_str(v, N_name, c->title);
	view_str(v, N_url, url_product(&rq->app->urls, rq->a, rq->lang, c->handle, c->variant_id));
	picture_put(v, N_image, &rq->app->urls,
	    &(struct catalogue_image){.hash = c->image_hash, .alt = c->image_alt, .w = c->image_w, .h = c->image_h});
	view_str(v, N_text, c->options);
	view_str(v, N_sku, c->sku);
	price = view_sub(v, N_price);
	view_money(price, N_now, cart_amount(rq, c->price_minor));
	goods_put_was(price, c->price_minor, c->was_minor, rq->app->rules.cur);
	view_bool(price, N_tax_included, rq->app->rules.tax.included);
	view_int(v, N_quantity, c->qty);
	view_int(v, N_quantity_max, quantity_max(c));
	view_money(v, N_total, cart_amount(rq, line->totals.shown_minor));
	put_availability(v, c);
	put_change(rq, v, line);
}

/* Omits the delivery charge if delivery is not needed or not possible. */
static void
put_delivery(const struct request *rq, struct view *v, const struct checkout_plan *plan)
{
	const struct shipping_rules *rules = &rq->app->rules.shipping;
	const struct shipping_zone_rules *zone = &rules->zones[shipping_zone(rules, address_country(&plan->address))];

	if (!plan->load.ships || !plan->quotes[plan->shipping].offered)
		return;
	if (plan->shipping == SHIPPING_PICKUP) {
		view_bool(v, N_pickup, true);
		return;
	}
	if (plan->totals.shipping_minor == 0)
		view_bool(v, N_delivery_free, true);
	else
		view_money(v, N_delivery, cart_amount(rq, plan->totals.shipping_minor));
	if (plan->step <= CHECKOUT_DELIVERY)
		view_bool(v, N_is_estimate, true);
	if (!zone->free)
		return;
	view_money(v, N_free_from, cart_amount(rq, zone->free_from_minor));
	if (plan->load.items_minor < zone->free_from_minor)
		view_money(v, N_free_missing, cart_amount(rq, zone->free_from_minor - plan->load.items_minor));
}

static void
put_totals(const struct request *rq, struct view *cart, const struct checkout_plan *plan)
{
	const struct totals *t = &plan->totals;
	const struct order_tree_site s = checkout_order_tree(rq);
	struct order_tax taxes[TAX__MAX];
	struct view *v = view_sub(cart, N_totals);

	for (size_t i = 0; i < t->n_rates; i++)
		taxes[i] = (struct order_tax){t->rates[i].rate_bp, t->rates[i].net_minor, t->rates[i].tax_minor};
	view_money(v, N_subtotal, cart_amount(rq, t->items_minor));
	put_delivery(rq, v, plan);
	order_tree_taxes(&s, v, taxes, t->n_rates, t->cur);
	view_bool(v, N_tax_included, t->tax_included);
	view_money(v, N_total, cart_amount(rq, t->total_minor));
}

void
cart_page_put(const struct request *rq, const struct cart_page *p, struct view *me)
{
	struct view *cart, *lines;
	bool changed = false;

	if (!p->found)
		return;
	cart = view_sub(me, N_cart);
	lines = view_sublist(cart, N_lines);
	view_int(cart, N_count, cart_units(&p->cart));
	for (size_t i = 0; i < p->plan.n; i++) {
		cart_view_put_line(rq, lines, &p->plan.lines[i]);
		changed = changed || p->plan.lines[i].notices != 0;
	}
	put_totals(rq, cart, &p->plan);
	checkout_put_obstacle(rq, &p->plan, cart);
	view_bool(cart, N_changed, changed);
	view_bool(cart, N_blocked, !p->plan.orderable);
	if (p->plan.too_many)
		view_int(cart, N_pieces_max, rq->app->rules.pieces_max);
}

/* True if the method is offered to anybody who has something to pay. */
static bool
payment_in_use(const struct shipping_rules *rules, enum payment p)
{
	bool offered = rules->pickup && payment_offered(p, SHIPPING_PICKUP, SHIPPING_HOME, true);

	for (int z = 0; z < SHIPPING_ZONES; z++)
		offered = offered
		       || (rules->zones[z].n > 0 && payment_offered(p, SHIPPING_STANDARD, (enum shipping_zone)z, true));
	return offered;
}

static bool
offer_is_served(const struct shipping_rules *rules, enum country c)
{
	return !rules->refused[c] && rules->zones[shipping_zone(rules, c)].n > 0;
}

/* The countries that parcels are sent to: their names, or `world` for all of them. */
static void
put_served(const struct page_ctx *cx, struct view *offer)
{
	const struct shipping_rules *rules = &cx->app->rules.shipping;
	const struct country_texts *texts = country_texts(cx->lang);
	size_t n = 0;
	struct buf b;

	buf_init(&b, cx->a, NAMES_MAX_B);
	for (size_t i = 0; i < ARRAY_LEN(texts->sorted); i++) {
		enum country c = (enum country)texts->sorted[i];

		if (!offer_is_served(rules, c))
			continue;
		buf_z(&b, n++ == 0 ? "" : ", ");
		buf_z(&b, texts->name[c]);
	}
	if (n == 0)
		return;
	if (n == ARRAY_LEN(texts->sorted))
		view_bool(offer, N_world, true);
	else if (n > 1)
		view_int(offer, N_count, (int64_t)n);
	view_str(offer, N_countries, buf_str(&b));
}

void
cart_put_offer(const struct page_ctx *cx, struct view *page)
{
	const struct shipping_rules *rules = &cx->app->rules.shipping;
	struct view *offer = view_sub(page, N_offer), *list = view_sublist(offer, N_payments);

	for (int i = 0; i < PAYMENT__MAX; i++)
		if (payment_in_use(rules, (enum payment)i))
			order_tree_payment(view_add(list), (enum payment)i);
	put_served(cx, offer);
	if (rules->pickup)
		view_bool(offer, N_pickup, true);
}
