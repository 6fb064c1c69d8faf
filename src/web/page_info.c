/* page_info.c - information pages that need a handler. */
#include "view/country_text.h"
#include "view/format.h"
#include "serve/app.h"
#include "web/cart_view.h"
#include "web/goods_tree.h"
#include "web/handlers.h"

#define WEIGHT_MAX_B 64
#define NAMES_MAX_B 20000

static struct str
info_weight(const struct page_ctx *cx, int64_t g)
{
	struct buf b;

	buf_init(&b, cx->a, WEIGHT_MAX_B);
	format_kg(&b, &cx->lang->format, g);
	return buf_str(&b);
}

/* Adds the names of the zone's countries, in the order of the language, unless parcels go to all of them. False if they
 * go to none. */
static bool
put_destinations(const struct page_ctx *cx, struct view *v, enum shipping_zone zone)
{
	const struct shipping_rules *rules = &cx->app->rules.shipping;
	const struct country_texts *texts = country_texts(cx->lang);
	size_t served = 0, refused = 0;
	struct buf b;

	buf_init(&b, cx->a, NAMES_MAX_B);
	for (size_t i = 0; i < ARRAY_LEN(texts->sorted); i++) {
		enum country c = (enum country)texts->sorted[i];

		if (c == rules->origin || shipping_zone(rules, c) != zone)
			continue;
		if (rules->refused[c]) {
			refused++;
			continue;
		}
		buf_z(&b, served++ == 0 ? "" : ", ");
		buf_z(&b, texts->name[c]);
	}
	if (refused > 0)
		view_str(v, N_countries, buf_str(&b));
	return served > 0;
}

/* The rates of one zone: time, prices by weight, and the value from which delivery is free. */
static void
put_zone(const struct page_ctx *cx, struct view *v, const struct shipping_zone_rules *zone)
{
	struct view *rates = view_sublist(v, N_rates);

	goods_put_days(v, zone->days_min, zone->days_max);
	if (zone->free && zone->free_from_minor == 0)
		view_bool(v, N_is_free, true);
	for (size_t i = 0; i < zone->n; i++) {
		struct view *rate;

		if (zone->free && zone->free_from_minor == 0)
			break;
		rate = view_add(rates);
		view_str(rate, N_weight, info_weight(cx, zone->steps[i].max_g));
		if (zone->steps[i].price_minor > 0)
			view_money(rate, N_price, (struct money){zone->steps[i].price_minor, cx->app->rules.cur});
	}
	if (zone->free && zone->free_from_minor > 0)
		view_money(v, N_free_from, (struct money){zone->free_from_minor, cx->app->rules.cur});
}

bool
page_delivery(const struct page_ctx *cx, struct view *page, struct err *e)
{
	const struct shipping_rules *rules = &cx->app->rules.shipping;
	bool in_union = country_info(rules->origin)->zone == COUNTRY_EU;
	struct view *list = view_sublist(page, N_delivery), *v;

	(void)e;
	cart_put_offer(cx, page);
	for (int z = 0; z < SHIPPING_ZONES; z++) {
		if (rules->zones[z].n == 0)
			continue;
		v = view_object(cx->a);
		if (z == SHIPPING_HOME)
			view_str(v, N_home, str_z(country_texts(cx->lang)->name[rules->origin]));
		else if (!put_destinations(cx, v, (enum shipping_zone)z))
			continue;
		else
			view_bool(v, z == SHIPPING_WORLD ? N_world : in_union ? N_eu : N_eu_all, true);
		view_push(list, v);
		put_zone(cx, v, &rules->zones[z]);
	}
	if (rules->pickup) {
		v = view_add(list);
		view_bool(v, N_pickup, true);
		view_bool(v, N_is_free, true);
		goods_put_days(v, 1, 1);
	}
	return true;
}
