/* shipping.h - which deliveries are offered for a cart, what they cost and how long they take.
 *
 * The price is as catalogue prices are: with tax or without. Digital goods weigh nothing and need no delivery. */
#ifndef KONTOR_SHOP_SHIPPING_H
#define KONTOR_SHOP_SHIPPING_H

#include "base/money.h"
#include "shop/country.h"

#define SHIPPING_STEPS_MAX 12

enum shipping {
#define SHIPPING(id, code, help) SHIPPING_##id,
#include "shop/shipping.def"
#undef SHIPPING
	SHIPPING__MAX
};

enum shipping_zone { SHIPPING_HOME, SHIPPING_EU, SHIPPING_WORLD, SHIPPING_ZONES };

/* Steps with rising weights; the first one that is not below the parcel's weight gives the price. No steps: nothing is
 * sent there. */
struct shipping_zone_rules {
	size_t n;
	struct {
		int64_t max_g, price_minor;
	} steps[SHIPPING_STEPS_MAX];
	bool free;	     /* is there a value of goods from which it is free? */
	int64_t free_from_minor;
	int days_min, days_max; /* working days until it arrives */
};

struct shipping_rules {
	enum country origin;
	bool pickup;
	struct shipping_zone_rules zones[SHIPPING_ZONES];
};

struct shipping_load {
	bool ships;	     /* is there anything to send? */
	int64_t weight_mg;   /* of what is sent */
	int64_t items_minor; /* all goods, as prices are shown */
};

struct shipping_quote {
	bool offered;
	int64_t price_minor;
	int days_min, days_max; /* 0, 0: at once */
};

const char *shipping_code(enum shipping);
MUST_USE bool shipping_find(struct str code, enum shipping *out);

enum shipping_zone shipping_zone(const struct shipping_rules *, enum country to);

/* Does the shop send parcels there at all? */
bool shipping_delivers(const struct shipping_rules *, enum country to);

struct shipping_quote shipping_quote(
    const struct shipping_rules *, enum shipping, enum country to, const struct shipping_load *);

/* "2000:4.90, 10000:7.90": grams, and the price up to there. ERR_INPUT says what is wrong. */
MUST_USE bool shipping_steps_parse(struct str, currency, struct shipping_zone_rules *, struct err *);

#endif
