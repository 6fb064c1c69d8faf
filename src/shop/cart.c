#include "shop/cart.h"

#include "base/num.h"

unsigned
cart_notices(const struct cart_line *line)
{
	unsigned set = 0;
	int64_t sellable = stock_sellable(&line->stock, line->qty);

	if (!line->on_sale || sellable == 0)
		return CART_NOTICE_GONE;
	if (sellable < line->qty)
		set |= CART_NOTICE_SHORT;
	if (line->price_minor != line->seen_minor)
		set |= CART_NOTICE_PRICE;
	return set;
}

bool
cart_counts(const struct cart_line *line)
{
	return (cart_notices(line) & CART_NOTICE_GONE) == 0;
}

int64_t
cart_units(const struct cart *cart)
{
	int64_t n = 0;

	for (size_t i = 0; i < cart->n; i++)
		n += cart->lines[i].qty;
	return n;
}

bool
cart_load_of(const struct cart *cart, struct shipping_load *load, struct err *e)
{
	int64_t value, weight;

	*load = (struct shipping_load){0};
	for (size_t i = 0; i < cart->n; i++) {
		const struct cart_line *line = &cart->lines[i];

		if (!cart_counts(line))
			continue;
		if (!num_mul(line->price_minor, line->qty, &value)
		    || !num_add(load->items_minor, value, &load->items_minor))
			return err_set(e, ERR_LIMIT, "the cart's value is too large");
		load->downloads = load->downloads || !line->ships;
		if (!line->ships)
			continue;
		load->ships = true;
		if (!num_mul(line->weight_mg, line->qty, &weight)
		    || !num_add(load->weight_mg, weight, &load->weight_mg))
			return err_set(e, ERR_LIMIT, "the cart's weight is too large");
	}
	return true;
}
