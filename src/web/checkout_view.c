#include "web/checkout_view.h"

#include "base/utf8.h"
#include "plat/text/domain.h"
#include "plat/text/secret.h"
#include "shop/address_form.h"
#include "shop/mail_hint.h"
#include "view/country_text.h"
#include "serve/app.h"
#include "web/fields.h"
#include "web/goods_tree.h"

#define BILLING_PREFIX "billing_"
#define MG_PER_G 1000
#define WEIGHT_MAX_B 64

static const uint16_t address_names[ADDRESS__MAX] = {
    [ADDRESS_EMAIL] = N_email,
    [ADDRESS_PHONE] = N_phone,
    [ADDRESS_NAME] = N_name,
    [ADDRESS_COMPANY] = N_company,
    [ADDRESS_STREET] = N_street,
    [ADDRESS_EXTRA] = N_extra,
    [ADDRESS_POSTCODE] = N_postcode,
    [ADDRESS_CITY] = N_city,
    [ADDRESS_REGION] = N_region,
    [ADDRESS_COUNTRY] = N_country,
};

void
checkout_put_step(enum checkout_step at, const struct checkout_plan *p, struct view *me)
{
	static const uint16_t flags[] = {[CHECKOUT_ADDRESS] = N_address_step, [CHECKOUT_DELIVERY] = N_delivery_step,
	    [CHECKOUT_PAYMENT] = N_payment_step, [CHECKOUT_REVIEW] = N_review_step};
	struct view *v = view_sub(me, N_step);
	enum checkout_step back = at, next = CHECKOUT_REVIEW;
	int number = 0, count = 0;

	for (int s = 0; s <= CHECKOUT_REVIEW; s++) {
		if (!checkout_step_applies((enum checkout_step)s, p))
			continue;
		count++;
		if (s <= (int)at)
			number = count;
		if (s < (int)at)
			back = (enum checkout_step)s;
		if (s > (int)at && s < (int)next)
			next = (enum checkout_step)s;
	}
	order_tree_kind(me, p->kind);
	view_int(v, N_at, number);
	view_int(v, N_count, count);
	if (back != at)
		view_bool(view_sub(v, N_back), flags[back], true);
	view_bool(view_sub(v, N_next), flags[next], true);
}

static struct view *
put_field(struct view *form, uint16_t as, struct str name, struct str value)
{
	struct view *v = view_sub(form, as);

	view_str(v, N_id, name);
	view_str(v, N_name, name);
	view_str(v, N_value, value);
	return v;
}

static void
put_error(struct view *form, struct view *field, uint16_t what)
{
	view_bool(view_sub(field, N_error), what, true);
	view_bool(form, N_errors, true);
}

static void
put_fault(struct view *form, struct view *field, enum address_field f, enum address_fault fault)
{
	switch (fault) {
	case ADDRESS_FINE: break;
	case ADDRESS_MISSING: put_error(form, field, N_missing); break;
	case ADDRESS_TOO_LONG: put_error(form, field, N_too_long); break;
	case ADDRESS_UNUSUAL: put_error(form, field, N_unusual); break;
	case ADDRESS_WRONG: put_error(form, field, f == ADDRESS_COUNTRY ? N_not_offered : N_invalid); break;
	}
}

struct order_tree_site
checkout_order_tree(const struct request *rq)
{
	return (struct order_tree_site){.a = rq->a,
	    .conf = &rq->app->conf,
	    .urls = &rq->app->urls,
	    .lang = rq->lang,
	    .origin = rq->app->rules.tax.origin};
}

static struct str
country_text(const struct request *rq, enum country c)
{
	return str_z(country_texts(rq->lang)->name[c]);
}

static void
put_country(const struct request *rq, struct view *list, enum country c, enum country chosen)
{
	struct view *v = view_add(list);

	view_str(v, N_value, str_z(country_info(c)->code));
	view_str(v, N_text, country_text(rq, c));
	if (c == chosen)
		view_bool(v, N_selected, true);
}

/* Offers the shop's own country first, then the others in the order of the language: for a delivery those that the shop
 * serves, for a bill all. */
static void
put_countries(const struct request *rq, struct view *field, enum country chosen, bool all)
{
	const struct shop_rules *rules = &rq->app->rules;
	const struct country_texts *texts = country_texts(rq->lang);
	struct view *list = view_sublist(field, N_choices);

	put_country(rq, list, rules->tax.origin, chosen);
	for (size_t i = 0; i < ARRAY_LEN(texts->sorted); i++) {
		enum country c = (enum country)texts->sorted[i];

		if (c != rules->tax.origin && (all || shipping_serves(&rules->shipping, c)))
			put_country(rq, list, c, chosen);
	}
}

struct address_view {
	const struct address *typed;
	const struct address_faults *faults;
	const char *prefix;
	enum address_kind kind;
	enum country country; /* of the form */
	bool sent;
};

/* The country's words for its postcode, region and second line (doc/templates.md). */
static void
put_word(struct view *v, enum address_word word)
{
	static const uint16_t flags[ADDRESS_WORD__MAX] = {[ADDRESS_WORD_ZIP] = N_zip, [ADDRESS_WORD_PIN] = N_pin,
	    [ADDRESS_WORD_EIRCODE] = N_eircode, [ADDRESS_WORD_AREA] = N_area, [ADDRESS_WORD_COUNTY] = N_county,
	    [ADDRESS_WORD_DEPARTMENT] = N_department, [ADDRESS_WORD_DISTRICT] = N_district,
	    [ADDRESS_WORD_EMIRATE] = N_emirate, [ADDRESS_WORD_ISLAND] = N_island, [ADDRESS_WORD_PARISH] = N_parish,
	    [ADDRESS_WORD_PREFECTURE] = N_prefecture, [ADDRESS_WORD_PROVINCE] = N_province,
	    [ADDRESS_WORD_REGION] = N_region, [ADDRESS_WORD_STATE] = N_state,
	    [ADDRESS_WORD_NEIGHBOURHOOD] = N_neighbourhood, [ADDRESS_WORD_SUBURB] = N_suburb};

	if (flags[word] != 0)
		view_bool(view_sub(v, N_word), flags[word], true);
}

static struct str
example(const struct address_view *f, enum address_field field)
{
	switch (field) {
	case ADDRESS_EMAIL: return STR("name@example.org");
	case ADDRESS_PHONE: return STR("+49 40 1234567");
	case ADDRESS_POSTCODE: return str_z(address_form_example(f->country));
	default: return STR_NONE;
	}
}

/* True for a wrong mail address with letters before the @ that only few mail servers take. */
static bool
has_foreign_letters(const struct address_view *f, enum address_field field)
{
	struct str typed = f->typed->field[field];

	if (field != ADDRESS_EMAIL || f->faults->field[field] != ADDRESS_WRONG)
		return false;
	for (size_t i = 0; i < typed.n && typed.p[i] != '@'; i++)
		if (((unsigned char)typed.p[i] & 0x80) != 0)
			return true;
	return false;
}

static void
put_address_field(const struct request *rq, struct view *form, struct view *to, const struct address_view *f,
    enum address_field field)
{
	struct str name = str_fmt(rq->a, "%s%s", f->prefix, address_field_name(field));
	struct str typed = f->typed->field[field], meant;
	struct view *v = put_field(
	    to, address_names[field], name, field == ADDRESS_EMAIL ? domain_shown(rq->a, typed) : typed);

	if (address_form_need(f->country, field) == ADDRESS_REQUIRED || field == ADDRESS_EMAIL
	    || (f->sent && f->faults->field[field] == ADDRESS_MISSING))
		view_bool(v, N_required, true);
	if (field == ADDRESS_COUNTRY)
		put_countries(rq, v, f->country, f->kind == ADDRESS_BILLING);
	if (field == ADDRESS_EMAIL && (!f->sent || f->faults->field[field] == ADDRESS_FINE)
	    && mail_hint(rq->a, str_trim(typed), &meant))
		view_str(v, N_meant, meant);
	view_str(v, N_example, example(f, field));
	if (field == ADDRESS_POSTCODE || field == ADDRESS_REGION || field == ADDRESS_EXTRA)
		put_word(v, address_form_word(f->country, field));
	if (f->sent && has_foreign_letters(f, field))
		put_error(form, v, N_alphabet);
	else if (f->sent)
		put_fault(form, v, field, f->faults->field[field]);
}

/* The place, as its country writes it. A field that it does not use is shown only while it has a value. */
static void
put_place(const struct request *rq, struct view *form, struct view *to, struct address_view *f)
{
	static const char *const east_asian[] = {"ja", "zh-Hans", "zh-Hant"};
	struct view *parts = view_sublist(to, N_parts);
	enum address_field order[ADDRESS__MAX];
	bool native = false;
	size_t n;

	f->country = address_country(f->typed);
	if (f->country == COUNTRY_NONE)
		f->country = rq->app->rules.tax.origin;
	for (size_t i = 0; i < ARRAY_LEN(east_asian); i++)
		native = native || str_eq_z(rq->lang->tag, east_asian[i]);
	n = address_form_order(f->country, native, order);
	if (address_has(f->kind, ADDRESS_COUNTRY)) /* first, since the others depend on it */
		put_address_field(rq, form, view_add(parts), f, ADDRESS_COUNTRY);
	for (size_t i = 0; i < n; i++)
		if (order[i] == ADDRESS_COUNTRY || !address_has(f->kind, order[i]))
			continue;
		else if (address_form_need(f->country, order[i]) != ADDRESS_UNUSED || f->typed->field[order[i]].n > 0)
			put_address_field(rq, form, view_add(parts), f, order[i]);
}

/* The kinds to choose from, unless there is only one for these goods. */
static void
put_kinds(const struct request *rq, struct view *form, const struct checkout_plan *plan)
{
	struct view *v, *list;
	size_t n = 0;

	for (int k = 0; k < FULFILMENT__MAX; k++)
		n += plan->kinds[k];
	if (n < 2)
		return;
	v = put_field(form, N_kinds, STR("kind"), str_z(fulfilment_name(plan->kind)));
	list = view_sublist(v, N_choices);
	for (int k = 0; k < FULFILMENT__MAX; k++) {
		const char *name = fulfilment_name((enum fulfilment)k);
		struct view *choice;

		if (!plan->kinds[k])
			continue;
		choice = view_add(list);
		view_str(choice, N_id, str_fmt(rq->a, "kind-%s", name));
		view_str(choice, N_value, str_z(name));
		order_tree_kind(choice, (enum fulfilment)k);
		if (k == (int)plan->kind)
			view_bool(choice, N_selected, true);
	}
}

void
checkout_put_address_form(const struct request *rq, const struct checkout_draft *draft,
    const struct checkout_plan *plan, bool sent, struct view *me)
{
	struct view *form = view_sub(me, N_form), *billing;
	struct address_view delivery = {.typed = &draft->address,
	    .faults = &plan->faults,
	    .prefix = "",
	    .kind = fulfilment_address(plan->kind),
	    .sent = sent};
	struct address_view bill = {.typed = &draft->billing,
	    .faults = &plan->billing_faults,
	    .prefix = BILLING_PREFIX,
	    .kind = ADDRESS_BILLING,
	    .sent = sent && plan->billed_elsewhere};

	put_kinds(rq, form, plan);
	put_address_field(rq, form, form, &delivery, ADDRESS_EMAIL);
	if (address_has(delivery.kind, ADDRESS_PHONE))
		put_address_field(rq, form, form, &delivery, ADDRESS_PHONE);
	put_place(rq, form, form, &delivery);
	billing = view_sub(form, N_billing);
	put_place(rq, form, billing, &bill);
	view_bool(billing, N_is_open, plan->billed_elsewhere);
	view_bool(billing, N_is_billing, true);
}

static void
checkout_view_put_price(const struct request *rq, struct view *v, int64_t minor)
{
	if (minor == 0)
		view_bool(v, N_is_free, true);
	else
		view_money(v, N_price, (struct money){minor, rq->app->rules.cur});
}

static void
checkout_put_shipping(const struct request *rq, struct view *v, enum shipping s, const struct shipping_quote *q)
{
	order_tree_shipping(v, s);
	checkout_view_put_price(rq, v, q->price_minor);
	goods_put_days(v, q->days_min, q->days_max);
}

static struct view *
put_choices(struct view *form, uint16_t as, struct str name, struct str typed, bool wrong)
{
	struct view *v = put_field(form, as, name, typed);

	view_bool(v, N_required, true);
	if (wrong)
		put_error(form, v, typed.n == 0 ? N_missing : N_not_offered);
	return view_sublist(v, N_choices);
}

/* Adds a choice of the field. The submitted choice is selected, else the first, so that most visitors need only
 * continue. */
static struct view *
add_choice(struct arena *a, struct view *list, const char *field, struct str typed, const char *code)
{
	bool first = list->n == 0;
	struct view *v = view_add(list);

	view_str(v, N_id, str_fmt(a, "%s-%s", field, code));
	if (typed.n == 0 ? first : str_eq_z(typed, code))
		view_bool(v, N_selected, true);
	return v;
}

void
checkout_put_delivery_form(const struct request *rq, const struct checkout_draft *draft,
    const struct checkout_plan *plan, bool sent, struct view *me)
{
	struct view *form = view_sub(me, N_form), *list;
	bool wrong = sent && plan->step == CHECKOUT_DELIVERY;

	list = put_choices(form, N_delivery, STR("delivery"), draft->shipping, wrong);
	for (int i = 0; i < SHIPPING__MAX; i++)
		if (plan->quotes[i].offered)
			checkout_put_shipping(rq, add_choice(rq->a, list, "delivery", draft->shipping,
			    shipping_code((enum shipping)i)), (enum shipping)i, &plan->quotes[i]);
}

void
checkout_put_payment_form(const struct request *rq, const struct checkout_draft *draft,
    const struct checkout_plan *plan, bool sent, struct view *me)
{
	struct view *form = view_sub(me, N_form), *list;
	bool wrong = sent && plan->step == CHECKOUT_PAYMENT;

	list = put_choices(form, N_payment, STR("payment"), draft->payment, wrong);
	for (int i = 0; i < PAYMENT__MAX; i++)
		if (plan->payments[i])
			order_tree_payment(add_choice(rq->a, list, "payment", draft->payment,
			    payment_code((enum payment)i)), (enum payment)i);
}

/* "31.5 kg" */
static struct str
weight_text(const struct request *rq, int64_t g)
{
	struct buf b;

	buf_init(&b, rq->a, WEIGHT_MAX_B);
	format_kg(&b, &rq->lang->format, g);
	return buf_str(&b);
}

void
checkout_put_obstacle(const struct request *rq, const struct checkout_plan *p, struct view *cart)
{
	const struct shipping_quote *parcel = &p->quotes[SHIPPING_STANDARD];
	enum country to = address_country(&p->address);
	struct view *v;

	if (parcel->obstacle == SHIPPING_CLEAR || p->kind != FULFILMENT_SENT)
		return;
	v = view_sub(cart, N_obstacle);
	if (parcel->obstacle == SHIPPING_TOO_HEAVY) {
		view_bool(v, N_too_heavy, true);
		view_str(v, N_weight, weight_text(rq, (p->load.weight_mg + MG_PER_G - 1) / MG_PER_G));
		view_str(v, N_weight_max, weight_text(rq, parcel->max_g));
	} else {
		view_bool(v, N_unserved, true);
		if (to != COUNTRY_NONE)
			view_str(v, N_country, country_text(rq, to));
	}
	if (p->quotes[SHIPPING_PICKUP].offered)
		view_bool(v, N_pickup, true);
}

void
checkout_put_conflict(const struct request *rq, int64_t was_minor, int64_t now_minor, struct view *me)
{
	struct view *v = view_sub(me, N_conflict);

	if (was_minor == now_minor)
		return;
	view_money(v, N_was, (struct money){was_minor, rq->app->rules.cur});
	view_money(v, N_now, (struct money){now_minor, rq->app->rules.cur});
}

static void
put_hidden(const struct request *rq, struct view *form, const char *name, struct str value)
{
	struct view *list = view_get(form, N_hidden), *v;

	(void)rq;
	if (list == NULL)
		list = view_sublist(form, N_hidden);
	v = view_add(list);
	view_str(v, N_name, str_z(name));
	view_str(v, N_value, value);
}

static void
put_box(struct view *form, uint16_t as, const char *name, bool ticked, bool sent)
{
	struct view *box = put_field(form, as, str_z(name), STR("1"));

	view_bool(box, N_required, true);
	if (sent && ticked)
		view_bool(box, N_checked, true);
	else if (sent)
		put_error(form, box, N_missing);
}

static void
put_order_form(const struct request *rq, const struct checkout_review *r, struct view *me)
{
	struct view *form = view_sub(me, N_form), *message;
	bool sent = str_eq_z(r->draft->wrong, checkout_step_name(CHECKOUT_REVIEW));

	put_hidden(rq, form, "order_key", secret_hex(rq->a, r->cart->order_key, sizeof(r->cart->order_key)));
	put_hidden(rq, form, "seen", str_fmt(rq->a, "%016llx", (unsigned long long)r->plan->hash));
	put_hidden(rq, form, "total", str_fmt(rq->a, "%lld", (long long)r->plan->totals.total_minor));
	message = put_field(form, N_message, STR("message"), r->draft->note);
	if (sent && utf8_len(r->draft->note) > CHECKOUT_NOTE_MAX)
		put_error(form, message, N_too_long);
	put_box(form, N_terms, "terms", r->draft->terms.n > 0, sent);
	if (!r->plan->load.downloads)
		return;
	put_hidden(rq, form, "downloads", STR("1"));
	put_box(form, N_early, "early", r->draft->early.n > 0, sent);
}

/* The last try to order failed because the total had changed. */
static void
put_conflict(const struct request *rq, const struct checkout_review *r, struct view *me)
{
	int64_t was_minor;

	if (checkout_was_read(r->draft->was, r->plan, &was_minor))
		checkout_put_conflict(rq, was_minor, r->plan->totals.total_minor, me);
}

void
checkout_put_review(const struct request *rq, const struct checkout_review *r, struct view *me)
{
	const struct order_tree_site s = checkout_order_tree(rq);
	const struct checkout_plan *p = r->plan;

	checkout_put_step(CHECKOUT_REVIEW, p, me);
	put_order_form(rq, r, me);
	put_conflict(rq, r, me);
	view_str(me, N_email, domain_shown(rq->a, p->address.field[ADDRESS_EMAIL]));
	view_str(me, N_phone, p->address.field[ADDRESS_PHONE]);
	order_tree_recipient(&s, me, p->kind, &p->address);
	if (p->billed_elsewhere)
		order_tree_address(&s, me, N_billing, &p->billing);
	if (p->load.ships)
		checkout_put_shipping(rq, view_sub(me, N_delivery), p->shipping, &p->quotes[p->shipping]);
	order_tree_payment(view_sub(me, N_payment), p->payment);
}
