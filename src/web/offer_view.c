#include "web/offer_view.h"

#include "serve/app.h"
#include "view/country_text.h"
#include "work/order_tree.h"

#define NAMES_MAX_B 20000

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
offer_put(const struct page_ctx *cx, struct view *page)
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
