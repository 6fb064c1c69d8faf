/* territory.h - the tax territory of an address, by its country and postcode. The table is territory.def. */
#ifndef KONTOR_SHOP_TERRITORY_H
#define KONTOR_SHOP_TERRITORY_H

#include "shop/country.h"

struct territory {
	enum country state; /* whose tax law holds; COUNTRY_NONE: outside of every VAT area */
	enum country_zone zone;
	int32_t standard_bp, reduced_bp;
};

/* The postcode may be as typed; none: that of most of the country. */
struct territory territory_of(enum country, struct str postcode);

#endif
