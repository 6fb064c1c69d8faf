/* shipping.h - the shipping methods: kinds, offers for a cart, prices and delivery times.
 *
 * Shipping prices include tax when catalogue prices do. Digital goods weigh nothing and are not shipped. */
#ifndef KONTOR_SHOP_SHIPPING_H
#define KONTOR_SHOP_SHIPPING_H

#include "base/money.h"
#include "shop/address.h"

#define SHIPPING_STEPS_MAX 12

enum fulfilment {
#define FULFILMENT(id, name, address, asks, work, out, done, help) FULFILMENT_##id,
#include "shop/fulfilment.def"
#undef FULFILMENT
	FULFILMENT__MAX
};

enum shipping {
#define SHIPPING(id, code, kind, help) SHIPPING_##id,
#include "shop/shipping.def"
#undef SHIPPING
	SHIPPING__MAX
};

enum shipping_zone { SHIPPING_HOME, SHIPPING_EU, SHIPPING_WORLD, SHIPPING_ZONES };

/* Steps in ascending order of weight. The parcel's price is that of the first step whose weight is not exceeded. No
 * steps: no shipping to the zone. */
struct shipping_zone_rules {
	size_t n;
	struct {
		int64_t max_g, price_minor;
	} steps[SHIPPING_STEPS_MAX];
	bool free;	     /* free above a certain order value */
	int64_t free_from_minor;
	int days_min, days_max; /* working days until arrival */
};

struct shipping_rules {
	enum country origin;
	bool pickup;
	bool refused[COUNTRY__MAX]; /* the merchant does not serve the country */
	struct shipping_zone_rules zones[SHIPPING_ZONES];
};

struct shipping_load {
	bool ships;	     /* at least one line is shipped */
	bool downloads;	     /* at least one is not */
	int64_t weight_mg;   /* of the shipped goods */
	int64_t items_minor; /* value of all goods, at shown prices */
};

enum shipping_obstacle {
	SHIPPING_CLEAR,
	SHIPPING_UNSERVED,  /* the shop sends no parcels there */
	SHIPPING_TOO_HEAVY, /* for a parcel there */
};

struct shipping_quote {
	bool offered;
	enum shipping_obstacle obstacle; /* the reason why a parcel is not offered for goods that are shipped */
	int64_t max_g;			 /* TOO_HEAVY: the heaviest parcel */
	int64_t price_minor;
	int days_min, days_max; /* 0, 0: at once */
};

const char *shipping_code(enum shipping);
MUST_USE bool shipping_find(struct str code, enum shipping *out);

enum fulfilment shipping_kind(enum shipping);

const char *fulfilment_name(enum fulfilment); /* "parcel" */
enum address_kind fulfilment_address(enum fulfilment);
bool fulfilment_asks(enum fulfilment); /* the checkout asks for a method */

enum shipping_zone shipping_zone(const struct shipping_rules *, enum country to);

/* True when the shop takes orders for a country, which is always so for its own: parcels go there, or the goods can be
 * collected. */
bool shipping_serves(const struct shipping_rules *, enum country to);

/* True when the method is offered for such goods, if not to every country. */
bool shipping_possible(const struct shipping_rules *, enum shipping, bool ships);

struct shipping_quote shipping_quote(
    const struct shipping_rules *, enum shipping, enum country to, const struct shipping_load *);

/* "2000:4.90, 10000:7.90": grams, and the price up to that weight. ERR_INPUT names the fault. */
MUST_USE bool shipping_steps_parse(struct str, currency, struct shipping_zone_rules *, struct err *);

#endif
