#include "shop/checkout.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"

#define HASH_TEXT_MAX_B (64 << 10)

const char *
checkout_step_name(enum checkout_step s)
{
	static const char *const names[] = {"address", "delivery", "payment", "review"};

	ASSERT(s < ARRAY_LEN(names));
	return names[s];
}

bool
checkout_step_applies(enum checkout_step s, const struct checkout_plan *p)
{
	if (s == CHECKOUT_DELIVERY)
		return fulfilment_asks(p->kind);
	return s != CHECKOUT_PAYMENT || p->totals.total_minor > 0;
}

struct str
checkout_was(struct arena *a, int64_t seen_minor, const struct checkout_plan *p)
{
	return str_fmt(a, "%lld %llu", (long long)seen_minor, (unsigned long long)p->hash);
}

bool
checkout_was_read(struct str was, const struct checkout_plan *p, int64_t *seen_minor)
{
	struct str total;
	uint64_t hash;

	return str_cut(&was, ' ', &total) && num_i64(total, 0, INT64_MAX, seen_minor)
	    && num_u64(was, 0, UINT64_MAX, &hash) && hash == p->hash && *seen_minor != p->totals.total_minor;
}

/* The first method that is offered, of this kind unless it is FULFILMENT__MAX; else STANDARD. */
static enum shipping
first_offered(const struct checkout_plan *p, enum fulfilment kind)
{
	for (int s = 0; s < SHIPPING__MAX; s++)
		if (p->quotes[s].offered && (kind == FULFILMENT__MAX || shipping_kind((enum shipping)s) == kind))
			return (enum shipping)s;
	return SHIPPING_STANDARD;
}

/* True when the method is settled: the buyer has chosen an offered one, or the kind has no other. Otherwise the first
 * one offered is used for the estimate. */
static bool
choose_shipping(const struct shop_rules *rules, const struct checkout_draft *draft, struct checkout_plan *p)
{
	enum country to = address_country(&draft->address);
	enum shipping chosen;
	bool settled;

	for (int s = 0; s < SHIPPING__MAX; s++) {
		p->quotes[s] = shipping_quote(&rules->shipping, (enum shipping)s, to, &p->load);
		if (shipping_possible(&rules->shipping, (enum shipping)s, p->load.ships))
			p->kinds[shipping_kind((enum shipping)s)] = true;
	}
	settled = shipping_find(draft->shipping, &chosen) && p->quotes[chosen].offered;
	p->kind = FULFILMENT_SENT;
	for (int k = FULFILMENT__MAX - 1; k >= 0; k--)
		if (p->kinds[k])
			p->kind = (enum fulfilment)k;
	if (settled)
		p->kind = shipping_kind(chosen);
	else if (!fulfilment_asks(p->kind))
		chosen = first_offered(p, p->kind);
	else
		chosen = first_offered(p, FULFILMENT__MAX);
	p->shipping = chosen;
	return settled || !fulfilment_asks(p->kind);
}

static bool
choose_payment(const struct shop_rules *rules, const struct checkout_draft *draft, struct checkout_plan *p)
{
	enum shipping_zone zone = shipping_zone(&rules->shipping, address_country(&draft->address));
	bool costs = p->totals.total_minor > 0;
	enum payment chosen;

	for (int i = 0; i < PAYMENT__MAX; i++)
		p->payments[i] = payment_offered((enum payment)i, p->shipping, zone, costs);
	p->payment = costs ? PAYMENT_TRANSFER : PAYMENT_FREE;
	if (!costs)
		return true;
	if (!payment_find(draft->payment, &chosen))
		return false;
	chosen = payment_meant(chosen, p->shipping);
	if (!p->payments[chosen])
		return false;
	p->payment = chosen;
	return true;
}

static struct str
clean_note(struct arena *a, struct str typed)
{
	struct str rest = str_trim(typed);
	struct buf b;
	uint32_t cp;

	buf_init(&b, a, rest.n + 1);
	for (int n = 0; n < CHECKOUT_NOTE_MAX && utf8_next(&rest, &cp); n++)
		if (cp == '\n' || (cp >= ' ' && cp != 0x7f))
			buf_utf8(&b, cp);
	return buf_str(&b);
}

static bool
compute(struct arena *a, const struct shop_rules *rules, const struct cart *cart, struct checkout_plan *p,
    struct err *e)
{
	struct totals_line *counted = ARENA_ARRAY(a, struct totals_line, cart->n + 1);
	struct totals_rules tr = {
	    .cur = rules->cur,
	    .tax_included = rules->tax.included,
	    .rates = tax_rates_for(&rules->tax, p->to, p->address.field[ADDRESS_POSTCODE]),
	    .shipping_minor = p->quotes[p->shipping].price_minor,
	};
	size_t at = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct cart_line *line = &cart->lines[i];

		if (!cart_counts(line))
			continue;
		counted[at++] = (struct totals_line){
		    .unit_minor = line->price_minor,
		    .qty = line->qty,
		    .tax_class = line->tax_class,
		    .ships = line->ships,
		};
	}
	if (!totals_compute(&p->totals, &tr, counted, at, e))
		return false;
	at = 0;
	for (size_t i = 0; i < p->n; i++)
		if (cart_counts(&cart->lines[i]))
			p->lines[i].totals = counted[at++];
	return true;
}

static bool
hash(struct arena *a, const struct shop_rules *rules, struct checkout_plan *p, struct err *e)
{
	struct buf b;

	buf_init(&b, a, HASH_TEXT_MAX_B);
	for (size_t i = 0; i < p->n; i++) {
		const struct checkout_line *line = &p->lines[i];

		buf_fmt(&b, "%llu %d %lld %lld %lld\n", (unsigned long long)line->cart->variant_id, line->cart->qty,
		    (long long)line->cart->price_minor, (long long)line->totals.tax.gross_minor,
		    (long long)line->totals.tax.tax_minor);
	}
	buf_fmt(&b, "%s %s %s %lld %lld %lld %d\n", shipping_code(p->shipping), payment_code(p->payment),
	    currency_code(rules->cur), (long long)p->totals.shipping_minor, (long long)p->totals.tax_minor,
	    (long long)p->totals.total_minor, p->totals.tax_included);
	buf_json(&b, rules->terms_version);
	for (int i = 0; i < ADDRESS__MAX; i++) {
		buf_json(&b, p->address.field[i]);
		buf_json(&b, p->billed_elsewhere ? p->billing.field[i] : STR_NONE);
	}
	if (!buf_check(&b, e))
		return false;
	p->hash = str_hash(buf_str(&b));
	return true;
}

static bool
check_addresses(
    struct arena *a, const struct shop_rules *rules, const struct checkout_draft *draft, struct checkout_plan *p)
{
	enum address_kind kind = fulfilment_address(p->kind);
	bool fine = address_check(a, kind, &draft->address, &p->address, &p->faults);
	enum country to = address_country(&p->address);

	if (!address_has(kind, ADDRESS_COUNTRY))
		p->address.field[ADDRESS_COUNTRY] = str_z(country_info(rules->shipping.origin)->code);
	else if (to != COUNTRY_NONE && !shipping_serves(&rules->shipping, to)) {
		p->faults.field[ADDRESS_COUNTRY] = ADDRESS_WRONG;
		fine = false;
	}

	p->billed_elsewhere = address_given(&draft->billing);
	if (!p->billed_elsewhere)
		return fine;
	return address_check(a, ADDRESS_BILLING, &draft->billing, &p->billing, &p->billing_faults) && fine;
}

static int64_t
pieces_held(const struct cart *cart)
{
	int64_t n = 0;

	for (size_t i = 0; i < cart->n; i++)
		if (cart_counts(&cart->lines[i]) && cart->lines[i].stock.tracked)
			n += cart->lines[i].qty;
	return n;
}

bool
checkout_plan(struct arena *a, const struct shop_rules *rules, const struct cart *cart,
    const struct checkout_draft *draft, struct checkout_plan *p, struct err *e)
{
	bool address_fine, shipping_fine, payment_fine;

	*p = (struct checkout_plan){.n = cart->n, .lines = ARENA_ARRAY(a, struct checkout_line, cart->n + 1)};
	p->too_many = rules->pieces_max > 0 && pieces_held(cart) > rules->pieces_max;
	p->orderable = cart->n > 0 && !p->too_many;
	for (size_t i = 0; i < cart->n; i++) {
		p->lines[i].cart = &cart->lines[i];
		p->lines[i].notices = cart_notices(&cart->lines[i]);
		if (p->lines[i].notices & (CART_NOTICE_SHORT | CART_NOTICE_GONE))
			p->orderable = false;
	}
	if (!cart_load_of(cart, &p->load, e))
		return false;
	shipping_fine = choose_shipping(rules, draft, p);
	address_fine = check_addresses(a, rules, draft, p);
	p->note = clean_note(a, draft->note);
	p->to = p->shipping == SHIPPING_PICKUP ? COUNTRY_NONE : address_country(&draft->address);
	if (!compute(a, rules, cart, p, e))
		return false;
	payment_fine = choose_payment(rules, draft, p);
	p->step = !address_fine ? CHECKOUT_ADDRESS
	    : !shipping_fine	? CHECKOUT_DELIVERY
	    : !payment_fine	? CHECKOUT_PAYMENT
				: CHECKOUT_REVIEW;
	return hash(a, rules, p, e);
}
