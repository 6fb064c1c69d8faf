/* page_checkout.c - from the cart to the order in four steps, each a form that posts to its own address.
 *
 * Input is saved with the cart before it is validated, so no failure, reload or second tab loses it. A step is shown
 * only if all earlier steps are complete. A form that is sent leads by 303 to a page, also if it has a fault: the draft
 * remembers that, and the browser's way back shows pages only. */
#include "plat/text/secret.h"
#include "shop/mail_hint.h"
#include "store/catalogue/catalogue_cache.h"
#include "store/order/order_store.h"
#include "view/url.h"
#include "serve/age.h"
#include "serve/app.h"
#include "serve/limit.h"
#include "web/cart_view.h"
#include "web/checkout_view.h"
#include "web/handlers.h"
#include "web/session.h"

static bool
to_step(struct request *rq, enum checkout_step step)
{
	static const enum url_name steps_url[] = {
	    URL_checkout_address, URL_checkout_delivery, URL_checkout_payment, URL_checkout_review};

	response_redirect(&rq->res, 303, url_to(&rq->app->urls, rq->a, rq->lang, steps_url[step], STR_NONE));
	return true;
}

static struct str
typed(const struct request *rq, enum web_field id)
{
	return field_get(&rq->fields, id)->typed;
}

/* Another kind of fulfilment than before: its method, if it has only one, else none yet. */
static void
read_kind(const struct request *rq, const struct checkout_plan *shown, struct checkout_draft *d)
{
	struct str kind = field_text(&rq->fields, F_kind);

	if (kind.n == 0 || str_eq_z(kind, fulfilment_name(shown->kind)))
		return;
	d->shipping = STR_NONE;
	for (int s = 0; s < SHIPPING__MAX; s++) {
		enum fulfilment k = shipping_kind((enum shipping)s);

		if (!fulfilment_asks(k) && str_eq_z(kind, fulfilment_name(k)))
			d->shipping = str_z(shipping_code((enum shipping)s));
	}
}

/* Fields that the form as shown did not have keep their text, for the case that the kind is changed back. */
static void
read_address(const struct request *rq, const struct checkout_plan *shown, struct checkout_draft *d)
{
	const struct address kept = d->address;
	static const struct {
		enum address_field to;
		enum web_field from, billing_from;
	} both[] = {{ADDRESS_NAME, F_name, F_billing_name}, {ADDRESS_COMPANY, F_company, F_billing_company},
	    {ADDRESS_STREET, F_street, F_billing_street}, {ADDRESS_EXTRA, F_extra, F_billing_extra},
	    {ADDRESS_POSTCODE, F_postcode, F_billing_postcode}, {ADDRESS_CITY, F_city, F_billing_city},
	    {ADDRESS_REGION, F_region, F_billing_region}, {ADDRESS_COUNTRY, F_country, F_billing_country}};

	d->address = d->billing = (struct address){0};
	d->address.field[ADDRESS_EMAIL] = typed(rq, field_good(&rq->fields, F_email_meant) ? F_email_meant : F_email);
	d->address.field[ADDRESS_PHONE] = typed(rq, F_phone);
	read_kind(rq, shown, d);
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		d->address.field[both[i].to] = typed(rq, both[i].from);
		d->billing.field[both[i].to] = typed(rq, both[i].billing_from);
	}
	for (int f = 0; f < ADDRESS__MAX; f++)
		if (!address_has(fulfilment_address(shown->kind), (enum address_field)f) && d->address.field[f].n == 0)
			d->address.field[f] = kept.field[f];
}

static void
read_delivery(const struct request *rq, const struct checkout_plan *shown, struct checkout_draft *d)
{
	(void)shown;
	d->shipping = typed(rq, F_delivery);
}

static void
read_payment(const struct request *rq, const struct checkout_plan *shown, struct checkout_draft *d)
{
	(void)shown;
	d->payment = typed(rq, F_payment);
}

struct step {
	void (*read)(const struct request *, const struct checkout_plan *shown, struct checkout_draft *);
	void (*put)(const struct request *, const struct checkout_draft *, const struct checkout_plan *, bool sent,
	    struct view *me);
};

static const struct step steps[] = {
    [CHECKOUT_ADDRESS] = {read_address, checkout_put_address_form},
    [CHECKOUT_DELIVERY] = {read_delivery, checkout_put_delivery_form},
    [CHECKOUT_PAYMENT] = {read_payment, checkout_put_payment_form},
};

static enum checkout_step
step_after(enum checkout_step step, const struct checkout_plan *plan)
{
	do
		step = (enum checkout_step)(step + 1);
	while (!checkout_step_applies(step, plan));
	return step;
}

static bool
show(struct request *rq, enum checkout_step at, const struct cart_page *p, struct view *me)
{
	bool faulty = str_eq_z(p->draft.wrong, checkout_step_name(at));

	if (p->plan.step < at)
		return to_step(rq, p->plan.step);
	cart_page_put(rq, p, me);
	checkout_put_step(at, &p->plan, me);
	steps[at].put(rq, &p->draft, &p->plan, faulty, me);
	return true;
}

static bool
is_new(const struct address *before, const struct address *now)
{
	return !str_eq(before->field[ADDRESS_POSTCODE], now->field[ADDRESS_POSTCODE])
	    || !str_eq(before->field[ADDRESS_COUNTRY], now->field[ADDRESS_COUNTRY]);
}

/* A postcode of an unusual form is shown once more; sent again unchanged, it is accepted. */
static bool
asks_about_postcode(const struct checkout_draft *before, const struct cart_page *p)
{
	return (p->plan.faults.field[ADDRESS_POSTCODE] == ADDRESS_UNUSUAL
		   && is_new(&before->address, &p->draft.address))
	    || (p->plan.billed_elsewhere && p->plan.billing_faults.field[ADDRESS_POSTCODE] == ADDRESS_UNUSUAL
		&& is_new(&before->billing, &p->draft.billing));
}

/* The same for a mail address that is probably mistyped. */
static bool
asks_about_mail(struct arena *a, const struct checkout_draft *before, const struct checkout_draft *now)
{
	struct str email = now->address.field[ADDRESS_EMAIL], meant;

	return !str_eq(email, before->address.field[ADDRESS_EMAIL]) && mail_hint(a, str_trim(email), &meant);
}

/* The country of the form that was sent: the shop's own until another is chosen. */
static enum country
form_country(const struct request *rq, const struct address *address)
{
	enum country c = address_country(address);

	return c == COUNTRY_NONE ? rq->app->rules.tax.origin : c;
}

/* Another country or kind of fulfilment was chosen, whose form has other fields. A button for it is the form's first,
 * which browsers press for the enter key: without another choice it is the same as the last one. */
static bool
only_shape(
    const struct request *rq, const struct checkout_draft *before, enum fulfilment kind, const struct cart_page *p)
{
	return str_eq_z(field_text(&rq->fields, F_act), "country")
	    && (kind != p->plan.kind || form_country(rq, &before->address) != form_country(rq, &p->draft.address)
		|| form_country(rq, &before->billing) != form_country(rq, &p->draft.billing));
}

static bool
save(struct request *rq, struct cart_page *p, struct err *e)
{
	struct cart_owner owner = cart_page_owner(rq);

	return cart_draft_save(rq->db, rq->a, &owner, p->cart.id, &p->draft, rq->now_s, e);
}

/* True if the step's page is to be shown again, with its faults. */
static bool
is_faulty(struct arena *a, enum checkout_step at, const struct checkout_draft *before, const struct cart_page *p)
{
	return p->plan.step == at
	    || (at == CHECKOUT_ADDRESS && p->plan.step > at
		&& (asks_about_postcode(before, p) || asks_about_mail(a, before, &p->draft)));
}

static bool
run_step(struct request *rq, enum checkout_step at, struct view *me, struct err *e)
{
	struct checkout_draft before;
	enum fulfilment kind;
	struct cart_page p;
	bool faulty, stays;

	if (!cart_page_load(rq, &p, e))
		return false;
	if (!p.found)
		return cart_page_redirect(rq);
	if (!checkout_step_applies(at, &p.plan))
		return to_step(rq, p.plan.step < at ? p.plan.step : step_after(at, &p.plan));
	if (!rq->post)
		return show(rq, at, &p, me);
	before = p.draft;
	kind = p.plan.kind;
	steps[at].read(rq, &p.plan, &p.draft);
	if ((at == CHECKOUT_ADDRESS && !cart_see(rq->db, p.cart.id, e)) || !cart_page_plan(rq, &p, e))
		return false;
	stays = at == CHECKOUT_ADDRESS && only_shape(rq, &before, kind, &p);
	faulty = !stays && is_faulty(rq->a, at, &before, &p);
	p.draft.wrong = faulty ? str_z(checkout_step_name(at)) : STR_NONE;
	p.draft.terms = p.draft.early = p.draft.was = STR_NONE;
	if (!save(rq, &p, e))
		return false;
	if (p.plan.step < at)
		return to_step(rq, p.plan.step);
	return to_step(rq, stays || faulty ? at : step_after(at, &p.plan));
}

bool
form_checkout_address(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	(void)page;
	return run_step(rq, CHECKOUT_ADDRESS, me, e);
}

bool
form_checkout_delivery(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	(void)page;
	return run_step(rq, CHECKOUT_DELIVERY, me, e);
}

bool
form_checkout_payment(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	(void)page;
	return run_step(rq, CHECKOUT_PAYMENT, me, e);
}

bool
form_checkout_review(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct cart_page p;

	(void)page;
	if (!cart_page_load(rq, &p, e))
		return false;
	if (!p.found || (p.plan.step == CHECKOUT_REVIEW && !p.plan.orderable))
		return cart_page_redirect(rq);
	if (p.plan.step < CHECKOUT_REVIEW)
		return to_step(rq, p.plan.step);
	cart_page_put(rq, &p, me);
	checkout_put_review(rq, &(struct checkout_review){&p.cart, &p.draft, &p.plan}, me);
	return true;
}

/* Reads the form of the review page. */
static bool
read_order(struct request *rq, struct order_request *o, const struct order_guard *guard, uint8_t key[CART_KEY_B],
    struct err *e)
{
	uint8_t seen[sizeof(o->seen_hash)];

	*o = (struct order_request){
	    .guard = guard,
	    .links = &rq->app->links,
	    .rules = &rq->app->rules,
	    .session = rq->session,
	    .owner = cart_page_owner(rq),
	    .note = typed(rq, F_message),
	    .key = str_n(key, CART_KEY_B),
	    .seen_total_minor = field_int(&rq->fields, F_total, -1),
	    .early = field_good(&rq->fields, F_early),
	    .client = limit_client(rq),
	    .now_s = rq->now_s,
	};
	if (!secret_from_hex(field_text(&rq->fields, F_order_key), key, CART_KEY_B)
	    || !secret_from_hex(field_text(&rq->fields, F_seen), seen, sizeof(seen)))
		return err_set(e, ERR_INPUT, "the form lacks the order key or the hash of the plan");
	for (size_t i = 0; i < sizeof(seen); i++)
		o->seen_hash = o->seen_hash << 8 | seen[i];
	return true;
}

static bool
agreed(const struct request *rq)
{
	return field_good(&rq->fields, F_terms)
	    && (!field_good(&rq->fields, F_downloads) || field_good(&rq->fields, F_early))
	    && field_get(&rq->fields, F_message)->state != FIELD_TOO_LONG;
}

/* The order is committed. Deletes that fail here are repeated by kontor-jobs from the outbox. */
static void
forget_stale(struct request *rq, const struct order_placed *placed)
{
	struct outbox_forget x = {.db = rq->db, .cache = rq->cache, .a = rq->a, .conf = &rq->app->conf};
	struct catalogue_stale stale = {.v = placed->changed, .n = placed->n_changed};
	struct err e = {0};

	if (!catalogue_forget(&x, &stale, &e))
		log_put(LOG_WARN, "event=stale_for_now place=%s msg=\"%s\"", e.place, e.msg);
}

static bool
show_placed(struct request *rq, const struct order_placed *placed)
{
	forget_stale(rq, placed);
	stats_add(&rq->app->stats, placed->again ? STAT_orders_repeated : STAT_orders_placed, 1);
	log_put(LOG_INFO, "event=order number=%.*s again=%d", STR_ARG(placed->number), placed->again);
	response_redirect(&rq->res, 303, url_to(&rq->app->urls, rq->a, rq->lang, URL_order, placed->token));
	return true;
}

/* Without consent to the terms nothing is ordered: back to the review. *asked is false if the cart has become an order
 * meanwhile, which is then shown. */
static bool
ask_again(struct request *rq, bool *asked, struct err *e)
{
	struct cart_page p;

	if (!cart_page_load(rq, &p, e))
		return false;
	*asked = p.found;
	if (!p.found)
		return true;
	p.draft.note = typed(rq, F_message);
	p.draft.wrong = str_z(checkout_step_name(CHECKOUT_REVIEW));
	p.draft.terms = field_good(&rq->fields, F_terms) ? STR("1") : STR_NONE;
	p.draft.early = field_good(&rq->fields, F_early) ? STR("1") : STR_NONE;
	if (save(rq, &p, e))
		return to_step(rq, CHECKOUT_REVIEW);
	*asked = e->kind != ERR_CONFLICT;
	if (!*asked)
		err_clear(e);
	return !*asked;
}

/* If the order was refused because the cart differs from the page that the buyer saw, the error page tells the two
 * totals, and leads back to the review, or to the cart if something has to be taken out. */
static void
explain(struct request *rq, struct cart_page *p, int64_t seen_minor)
{
	p->draft.was = checkout_was(rq->a, seen_minor, &p->plan);
	rq->error_me = view_object(rq->a);
	checkout_put_conflict(rq, seen_minor, p->plan.totals.total_minor, rq->error_me);
	if (p->plan.orderable && p->plan.step == CHECKOUT_REVIEW)
		view_str(view_get(rq->error_me, N_conflict), N_url,
		    url_to(&rq->app->urls, rq->a, rq->lang, URL_checkout_review, STR_NONE));
}

/* Keeps the input if no order was placed. A failure here must not hide the first one, `e`. */
static void
keep_input(struct request *rq, const struct err *e)
{
	struct err lost = {0};
	struct cart_page p;
	bool loaded = cart_page_load(rq, &p, &lost);

	if (!loaded || !p.found) {
		if (!loaded)
			log_put(LOG_WARN, "event=message_lost place=%s msg=\"%s\"", lost.place, lost.msg);
		return;
	}
	p.draft.note = typed(rq, F_message);
	p.draft.wrong = STR_NONE;
	if (e->kind == ERR_CONFLICT)
		explain(rq, &p, field_int(&rq->fields, F_total, 0));
	if (!save(rq, &p, &lost) && lost.kind != ERR_CONFLICT)
		log_put(LOG_WARN, "event=message_lost place=%s msg=\"%s\"", lost.place, lost.msg);
}

bool
form_checkout_place(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	const struct order_guard guard = {&rq->app->control, &rq->app->receipts,
	    (uint64_t)(age_order_ms(&rq->app->conf) + rq->app->conf.web_grace_ms) * CLOCK_MS};
	struct order_request order;
	struct order_placed placed;
	uint8_t key[CART_KEY_B];
	bool asked = false;

	(void)page;
	(void)me;
	if (!rq->post)
		return to_step(rq, CHECKOUT_REVIEW);
	if (!app_may_order(rq->app, e))
		return false;
	if (control_paused(&rq->app->control))
		return err_set(e, ERR_BUSY, "kontor pause is in effect on this host");
	if (rq->session == NULL)
		return cart_page_redirect(rq);
	if (!agreed(rq) && (!ask_again(rq, &asked, e) || asked))
		return e->kind == ERR_NONE;
	if (read_order(rq, &order, &guard, key, e) && order_place(rq->db, rq->a, &order, &placed, e))
		return show_placed(rq, &placed);
	keep_input(rq, e);
	if (e->kind == ERR_UNPAID)
		(void)err_context(e, "client %.*s", STR_ARG(rq->client.n == 0 ? STR("unknown") : rq->client));
	return false;
}

/* The cart goes too: its draft is sealed with the cookie, and so is the right to its orders. */
bool
form_checkout_forget(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct str cart = url_to(&rq->app->urls, rq->a, rq->lang, URL_cart, STR_NONE);

	(void)page;
	(void)me;
	if (rq->post && rq->session != NULL && !session_forget(rq, e))
		return false;
	response_redirect(&rq->res, 303, rq->post ? str_fmt(rq->a, "%.*s?forgotten=1", STR_ARG(cart)) : cart);
	return true;
}
