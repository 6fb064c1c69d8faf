#include "shop/shipping.h"

#include "base/num.h"

#define MG_PER_G 1000

static const struct {
	const char *code;
	enum fulfilment kind;
} methods[SHIPPING__MAX] = {
#define SHIPPING(id, code, kind, help) [SHIPPING_##id] = {code, FULFILMENT_##kind},
#include "shop/shipping.def"
#undef SHIPPING
};

static const struct {
	const char *name;
	enum address_kind address;
	bool asks;
} kinds[FULFILMENT__MAX] = {
#define FULFILMENT(id, name, address, asks, work, out, done, help) [FULFILMENT_##id] = {#name, ADDRESS_##address, asks},
#include "shop/fulfilment.def"
#undef FULFILMENT
};

const char *
shipping_code(enum shipping s)
{
	ASSERT(s < SHIPPING__MAX);
	return methods[s].code;
}

enum fulfilment
shipping_kind(enum shipping s)
{
	ASSERT(s < SHIPPING__MAX);
	return methods[s].kind;
}

const char *
fulfilment_name(enum fulfilment k)
{
	ASSERT(k < FULFILMENT__MAX);
	return kinds[k].name;
}

enum address_kind
fulfilment_address(enum fulfilment k)
{
	ASSERT(k < FULFILMENT__MAX);
	return kinds[k].address;
}

bool
fulfilment_asks(enum fulfilment k)
{
	ASSERT(k < FULFILMENT__MAX);
	return kinds[k].asks;
}

bool
shipping_find(struct str code, enum shipping *out)
{
	for (int i = 0; i < SHIPPING__MAX; i++)
		if (str_eq_z(code, methods[i].code)) {
			*out = (enum shipping)i;
			return true;
		}
	return false;
}

enum shipping_zone
shipping_zone(const struct shipping_rules *rules, enum country to)
{
	if (to == COUNTRY_NONE || to == rules->origin)
		return SHIPPING_HOME;
	return country_info(to)->zone == COUNTRY_EU ? SHIPPING_EU : SHIPPING_WORLD;
}

bool
shipping_serves(const struct shipping_rules *rules, enum country to)
{
	if (to == rules->origin)
		return true;
	return !rules->refused[to] && (rules->pickup || rules->zones[shipping_zone(rules, to)].n > 0);
}

bool
shipping_possible(const struct shipping_rules *rules, enum shipping method, bool ships)
{
	bool parcels = false;

	for (int z = 0; z < SHIPPING_ZONES; z++)
		parcels = parcels || rules->zones[z].n > 0;
	switch (method) {
	case SHIPPING_DIGITAL: return !ships;
	case SHIPPING_PICKUP: return ships && rules->pickup;
	case SHIPPING_STANDARD: return ships && parcels;
	case SHIPPING__MAX: break;
	}
	return false;
}

static struct shipping_quote
quote_parcel(const struct shipping_zone_rules *zone, const struct shipping_load *load)
{
	struct shipping_quote q = {.days_min = zone->days_min, .days_max = zone->days_max};

	for (size_t i = 0; i < zone->n && !q.offered; i++)
		if (load->weight_mg <= zone->steps[i].max_g * MG_PER_G) {
			q.offered = true;
			q.price_minor = zone->steps[i].price_minor;
		}
	if (!q.offered) {
		q.obstacle = zone->n == 0 ? SHIPPING_UNSERVED : SHIPPING_TOO_HEAVY;
		q.max_g = zone->n == 0 ? 0 : zone->steps[zone->n - 1].max_g;
		return q;
	}
	if (zone->free && load->items_minor >= zone->free_from_minor)
		q.price_minor = 0;
	return q;
}

struct shipping_quote
shipping_quote(
    const struct shipping_rules *rules, enum shipping method, enum country to, const struct shipping_load *load)
{
	if (method == SHIPPING_STANDARD && load->ships)
		return quote_parcel(&rules->zones[shipping_zone(rules, to)], load);
	return (struct shipping_quote){.offered = shipping_possible(rules, method, load->ships)};
}

bool
shipping_steps_parse(struct str text, currency cur, struct shipping_zone_rules *zone, struct err *e)
{
	struct str part, weight;
	struct money price;
	int64_t max_g, below_g = 0;

	zone->n = 0;
	if (str_trim(text).n == 0)
		return true;
	while (str_cut(&text, ',', &part)) {
		if (zone->n == SHIPPING_STEPS_MAX)
			return err_set(e, ERR_INPUT, "more than %d weight steps", SHIPPING_STEPS_MAX);
		if (!str_cut(&part, ':', &weight) || !num_i64(str_trim(weight), below_g + 1, 10000000, &max_g))
			return err_set(e, ERR_INPUT, "weight step %zu: rising grams, a colon and a price are needed",
			    zone->n + 1);
		if (!money_parse(str_trim(part), cur, &price, e))
			return err_context(e, "weight step %zu", zone->n + 1);
		if (price.minor < 0)
			return err_set(e, ERR_INPUT, "weight step %zu: negative price", zone->n + 1);
		zone->steps[zone->n].max_g = below_g = max_g;
		zone->steps[zone->n++].price_minor = price.minor;
	}
	return true;
}
