/* address_form.h - how a country writes an address: the fields that it uses, their order, and its postcodes.
 *
 * The table is address_form.def. A country without a row has a common form. */
#ifndef KONTOR_SHOP_ADDRESS_FORM_H
#define KONTOR_SHOP_ADDRESS_FORM_H

#include "shop/address.h"

enum address_need { ADDRESS_UNUSED, ADDRESS_OPTIONAL, ADDRESS_REQUIRED };

/* The country's word for a field. */
enum address_word {
	ADDRESS_WORD_POSTCODE,
	ADDRESS_WORD_ZIP,
	ADDRESS_WORD_PIN,
	ADDRESS_WORD_EIRCODE,
	ADDRESS_WORD_REGION_ANY, /* state or province */
	ADDRESS_WORD_AREA,
	ADDRESS_WORD_COUNTY,
	ADDRESS_WORD_DEPARTMENT,
	ADDRESS_WORD_DISTRICT,
	ADDRESS_WORD_EMIRATE,
	ADDRESS_WORD_ISLAND,
	ADDRESS_WORD_PARISH,
	ADDRESS_WORD_PREFECTURE,
	ADDRESS_WORD_PROVINCE,
	ADDRESS_WORD_REGION,
	ADDRESS_WORD_STATE,
	ADDRESS_WORD_EXTRA, /* floor, building */
	ADDRESS_WORD_NEIGHBOURHOOD,
	ADDRESS_WORD_SUBURB,
	ADDRESS_WORD__MAX
};

/* COUNTRY_NONE has the common form. */
enum address_need address_form_need(enum country, enum address_field);

/* The word for POSTCODE, REGION or EXTRA. */
enum address_word address_form_word(enum country, enum address_field);

/* The fields of a form, the country first, then in the order in which the country writes them. */
size_t address_form_order(enum country, bool native, enum address_field order[ADDRESS__MAX]);

/* A postcode of the country, to show as an example; "": none is known. */
const char *address_form_example(enum country);

/* The postcode as the country writes it, on the arena. False when it has no usual form; *out is then as typed. */
MUST_USE bool address_form_postcode(struct arena *, enum country, struct str typed, struct str *out);

/* The lines of an address, in the order of its country; in that of the country's own script if it is written in it. */
size_t address_form_lines(struct arena *, enum country, const struct address *, struct str lines[ADDRESS_LINES]);

#endif
