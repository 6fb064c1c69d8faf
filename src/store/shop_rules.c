#include "store/shop_rules.h"

#include "base/num.h"

#define HOUR_S 3600
#define DAY_S 86400
#define DAYS_MAX 365

/* "2-4" or "3". */
static bool
days_parse(struct str text, struct shipping_zone_rules *zone, struct err *e)
{
	struct str least = str_trim(text), most;
	int64_t min, max;

	most = least;
	if (str_chr(text, '-') >= 0) {
		most = text;
		(void)str_cut(&most, '-', &least);
	}
	if (!num_i64(str_trim(least), 0, DAYS_MAX, &min) || !num_i64(str_trim(most), min, DAYS_MAX, &max))
		return err_set(e, ERR_INPUT, "'%.*s' is not a number of days or a range such as 2-4", STR_ARG(text));
	zone->days_min = (int)min;
	zone->days_max = (int)max;
	return true;
}

/* The settings of a zone: shipping.NAME, shipping.NAME_free_from, shipping.NAME_days. */
struct zone_settings {
	const char *name;
	struct str steps, free_from, days;
};

static bool
zone_init(struct shipping_zone_rules *zone, currency cur, const struct zone_settings *s, struct err *e)
{
	struct money value;

	if (!shipping_steps_parse(s->steps, cur, zone, e))
		return err_context(e, "shipping.%s", s->name);
	if (!days_parse(s->days, zone, e))
		return err_context(e, "shipping.%s_days", s->name);
	if (str_trim(s->free_from).n == 0)
		return true;
	if (!money_parse(str_trim(s->free_from), cur, &value, e))
		return err_context(e, "shipping.%s_free_from", s->name);
	zone->free = true;
	zone->free_from_minor = value.minor;
	return true;
}

static bool
prefix_fits(struct str prefix)
{
	for (size_t i = 0; i < prefix.n; i++) {
		char c = prefix.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'))
			return false;
	}
	return true;
}

/* The later entry decides. */
static bool
serve(struct shipping_rules *r, struct str entry, struct err *e)
{
	bool refuse = str_starts(entry, STR("-"));
	enum country c;

	if (str_eq_case(entry, STR("home")))
		return true;
	if (str_eq_case(entry, STR("eu")) || str_eq_case(entry, STR("all"))) {
		for (int i = COUNTRY_NONE + 1; i < COUNTRY__MAX; i++)
			if (str_eq_case(entry, STR("all")) || country_info((enum country)i)->zone == COUNTRY_EU)
				r->refused[i] = false;
		return true;
	}
	if (!country_find(str_from(entry, refuse ? 1 : 0), &c))
		return err_set(e, ERR_INPUT,
		    "shipping.countries: '%.*s' is neither home, eu, all, nor the code of a country", STR_ARG(entry));
	r->refused[c] = refuse;
	return true;
}

static bool
serve_all(struct shipping_rules *r, const struct conf_list *entries, struct err *e)
{
	for (int i = COUNTRY_NONE + 1; i < COUNTRY__MAX; i++)
		r->refused[i] = true;
	for (size_t i = 0; i < entries->n; i++)
		if (!serve(r, entries->v[i], e))
			return false;
	return true;
}

bool
shop_rules_init(struct shop_rules *r, const struct conf *c, struct err *e)
{
	const struct {
		enum shipping_zone zone;
		struct zone_settings settings;
	} zones[] = {
	    {SHIPPING_HOME, {"home", c->shipping_home, c->shipping_home_free_from, c->shipping_home_days}},
	    {SHIPPING_EU, {"eu", c->shipping_eu, c->shipping_eu_free_from, c->shipping_eu_days}},
	    {SHIPPING_WORLD, {"world", c->shipping_world, c->shipping_world_free_from, c->shipping_world_days}},
	};

	*r = (struct shop_rules){
	    .tax = {.included = c->tax_included, .one_stop = c->tax_one_stop},
	    .shipping = {.pickup = c->shipping_pickup},
	    .pieces_max = c->order_pieces_max,
	    .unpaid_orders_max = c->order_unpaid_orders_max,
	    .unpaid_pieces_max = c->order_unpaid_pieces_max,
	    .expiry_s = {[PAYMENT_TRANSFER] = HOUR_S * (c->order_transfer_expiry_h > 0 ? c->order_transfer_expiry_h
										   : c->order_unpaid_expiry_h),
		[PAYMENT_AT_PICKUP] = DAY_S * c->order_pickup_expiry_days},
	    .number_prefix = c->order_number_prefix,
	    .terms_version = c->order_terms_version,
	    .early_version = c->order_early_version,
	};
	if (c->test_pay_url.n > 0 && !str_starts(c->test_pay_url, STR("http://127.0.0.1:")))
		return err_set(e, ERR_INPUT, "test.pay_url: only a program on this machine, http://127.0.0.1:PORT");
	if (!currency_find(c->site_currency, &r->cur))
		return err_set(e, ERR_INPUT, "site.currency: '%.*s' is not known", STR_ARG(c->site_currency));
	if (!country_find(c->site_country, &r->tax.origin))
		return err_set(e, ERR_INPUT, "site.country: '%.*s' is not known", STR_ARG(c->site_country));
	r->shipping.origin = r->tax.origin;
	if (!serve_all(&r->shipping, &c->shipping_countries, e))
		return false;
	if (!prefix_fits(r->number_prefix))
		return err_set(e, ERR_INPUT, "order.number_prefix: only letters, digits and '-'");
	if (!prefix_fits(c->document_invoice_series) || !prefix_fits(c->document_credit_series))
		return err_set(
		    e, ERR_INPUT, "document.invoice_series, document.credit_series: only letters, digits and '-'");
	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (!zone_init(&r->shipping.zones[zones[i].zone], r->cur, &zones[i].settings, e))
			return false;
	return true;
}
