/* page_info.c - information pages that need a handler. */
#include "serve/app.h"
#include "web/handlers.h"

static struct view *
info_put_way(struct view *list, uint16_t flag, int days_min, int days_max)
{
	struct view *v = view_add(list);

	view_bool(v, flag, true);
	view_int(v, N_days_min, days_min);
	view_int(v, N_days_max, days_max);
	return v;
}

bool
page_delivery(const struct page_ctx *cx, struct view *page, struct err *e)
{
	const struct shipping_rules *rules = &cx->app->rules.shipping;
	const struct shipping_zone_rules *home = &rules->zones[SHIPPING_HOME];
	struct view *list = view_sublist(page, N_delivery);

	(void)e;
	if (home->n > 0)
		view_money(info_put_way(list, N_standard, home->days_min, home->days_max), N_price,
		    (struct money){home->steps[0].price_minor, cx->app->rules.cur});
	if (rules->pickup)
		view_bool(info_put_way(list, N_pickup, 1, 1), N_is_free, true);
	return true;
}
