/* address.h - checks and normalises the buyer's name and address.
 *
 * The typed address is kept, so that a form can show it again with a fault beside each field. */
#ifndef KONTOR_SHOP_ADDRESS_H
#define KONTOR_SHOP_ADDRESS_H

#include "shop/country.h"

enum address_field {
#define ADDRESS(id, name, max) ADDRESS_##id,
#include "shop/address.def"
#undef ADDRESS
	ADDRESS__MAX
};

enum address_fault {
	ADDRESS_FINE,
	ADDRESS_MISSING,
	ADDRESS_TOO_LONG,
	ADDRESS_WRONG, /* an invalid mail address, an unknown country, or control characters */
	ADDRESS_UNUSUAL, /* a postcode of another form than usual in its country; valid nevertheless */
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
	ADDRESS_PERSON,	  /* only the buyer */
	ADDRESS_TAXED,	  /* the buyer, and the place as far as the tax depends on it */
};

/* False for a field that this kind of address does not have. */
bool address_has(enum address_kind, enum address_field);

/* True when every field of `typed` is valid. *clean is then the normalised address, on the arena: blanks trimmed and
 * collapsed, the postcode in the country's form if it has one, the country code in upper case. A phone number that
 * cannot be read is kept: people read it. Fields that the kind does not have are empty. *faults is always filled. */
MUST_USE bool address_check(struct arena *, enum address_kind, const struct address *typed, struct address *clean,
    struct address_faults *faults);

/* True when any field except the country, which forms always send, is filled in. */
bool address_given(const struct address *);

/* The lines of an address, in the order of its country and script, without the country's name. */
#define ADDRESS_LINES 8
size_t address_lines(struct arena *, const struct address *, struct str lines[ADDRESS_LINES]);

/* The country of a checked address; COUNTRY_NONE: none given. */
enum country address_country(const struct address *);

#endif
