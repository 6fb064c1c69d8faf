#include "shop/order.h"

#include <string.h>

#include "base/num.h"

struct order_facts
order_facts(const struct order *o)
{
	return (struct order_facts){
	    .prepaid = payment_prepaid(o->payment),
	    .expires = payment_expires(o->payment),
	    .costs = o->total_minor > 0,
	    .states = o->states,
	};
}

static struct order_line
freeze(const struct checkout_line *from)
{
	const struct cart_line *c = from->cart;

	return (struct order_line){
	    .variant_id = c->variant_id,
	    .product_id = c->product_id,
	    .sku = c->sku,
	    .title = c->title,
	    .options = c->options,
	    .image_hash = c->image_hash,
	    .qty = c->qty,
	    .unit_minor = c->price_minor,
	    .line_minor = from->totals.shown_minor,
	    .tax_minor = from->totals.tax.tax_minor,
	    .tax_bp = from->totals.rate_bp,
	    .stock_taken = c->stock.tracked ? c->qty : 0,
	};
}

static void
place(struct order *o)
{
	struct order_facts facts = order_facts(o);

	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		ASSERT(order_step((enum order_machine)m, ORDER_EV_PLACE, &facts, &o->states.of[m]));
}

bool
order_from_plan(struct arena *a, const struct shop_rules *rules, const struct cart *cart,
    const struct checkout_plan *p, int64_t now_s, struct order *o, struct err *e)
{
	if (!p->orderable || p->step != CHECKOUT_REVIEW)
		return err_set(e, ERR_CONFLICT, "the cart is not ready to order: step %s%s",
		    checkout_step_name(p->step),
		    p->too_many ? ", too many pieces" : p->orderable ? "" : ", goods missing");
	*o = (struct order){
	    .session_id = cart->session_id,
	    .cur = rules->cur,
	    .tax_included = p->totals.tax_included,
	    .lines_minor = p->totals.items_minor,
	    .shipping_minor = p->totals.shipping_minor,
	    .tax_minor = p->totals.tax_minor,
	    .total_minor = p->totals.total_minor,
	    .shipping_net_minor = p->totals.shipping.net_minor,
	    .address = p->address,
	    .billing = p->billing,
	    .billed_elsewhere = p->billed_elsewhere,
	    .shipping = p->shipping,
	    .payment = p->payment,
	    .note = p->note,
	    .terms_version = rules->terms_version,
	    .created_at = now_s,
	    .lines = ARENA_ARRAY(a, struct order_line, p->n),
	    .n = p->n,
	    .taxes = ARENA_ARRAY(a, struct order_tax, p->totals.n_rates),
	    .n_taxes = p->totals.n_rates,
	};
	if (p->load.downloads) {
		o->early_version = rules->early_version;
		o->early_at = now_s;
	}
	memcpy(o->key, cart->order_key, sizeof(o->key));
	for (size_t i = 0; i < p->n; i++)
		o->lines[i] = freeze(&p->lines[i]);
	for (size_t i = 0; i < p->totals.n_rates; i++)
		o->taxes[i] = (struct order_tax){p->totals.rates[i].rate_bp, p->totals.rates[i].net_minor,
		    p->totals.rates[i].tax_minor};
	place(o);
	if (o->states.of[ORDER_MACHINE_PAYMENT] == ORDER_PAYMENT_DUE && rules->expiry_s[o->payment] > 0)
		o->expires_at = now_s + rules->expiry_s[o->payment];
	return order_adds_up(o, e);
}

bool
order_adds_up(const struct order *o, struct err *e)
{
	int64_t lines = 0, base = 0, tax = 0, product;

	for (size_t i = 0; i < o->n; i++) {
		if (!num_mul(o->lines[i].unit_minor, o->lines[i].qty, &product) || product != o->lines[i].line_minor)
			return err_set(e, ERR_BUG, "line %zu is not unit price * quantity", i + 1);
		lines += o->lines[i].line_minor;
	}
	for (size_t i = 0; i < o->n_taxes; i++) {
		base += o->taxes[i].base_minor;
		tax += o->taxes[i].tax_minor;
	}
	if (lines != o->lines_minor)
		return err_set(e, ERR_BUG, "lines do not add up");
	if (tax != o->tax_minor || base + tax != o->total_minor)
		return err_set(e, ERR_BUG, "taxes do not add up");
	if (o->lines_minor + o->shipping_minor + (o->tax_included ? 0 : o->tax_minor) != o->total_minor)
		return err_set(e, ERR_BUG, "lines, shipping and tax are not the total");
	return true;
}
