/* address.h - who buys and where the goods go: what was typed, what is wrong with it, and its clean form.
 *
 * What was typed is kept as it is, so that a form can show it again with the fault beside each field. */
#ifndef KONTOR_SHOP_ADDRESS_H
#define KONTOR_SHOP_ADDRESS_H

#include "shop/country.h"

enum address_field {
#define ADDRESS(id, name, max, required) ADDRESS_##id,
#include "shop/address.def"
#undef ADDRESS
	ADDRESS__MAX
};

enum address_fault {
	ADDRESS_FINE,
	ADDRESS_MISSING,
	ADDRESS_TOO_LONG,
	ADDRESS_WRONG, /* not a mail address, not a postcode of the country, no country we know, control characters */
};

struct address {
	struct str field[ADDRESS__MAX];
};

struct address_faults {
	enum address_fault field[ADDRESS__MAX];
};

const char *address_field_name(enum address_field); /* "extra" */
size_t address_field_max(enum address_field);	    /* code points */

enum address_kind {
	ADDRESS_DELIVERY, /* with the buyer's mail address and phone */
	ADDRESS_BILLING,  /* only name and place */
};

/* True when every field of `typed` is fine; then *clean has blanks trimmed and runs of them joined, the postcode as
 * the country writes it and the country's code in upper case, all on the arena. *faults is always filled. */
MUST_USE bool address_check(struct arena *, enum address_kind, const struct address *typed, struct address *clean,
    struct address_faults *faults);

/* Is anything filled in? The country does not count: a form always names one. */
bool address_given(const struct address *);

/* As it is written on a parcel, in the order of its country; the country's name is not among the lines. */
#define ADDRESS_LINES 6
size_t address_lines(struct arena *, const struct address *, struct str lines[ADDRESS_LINES]);

/* Of a checked address; COUNTRY_NONE when it has none. */
enum country address_country(const struct address *);

#endif
