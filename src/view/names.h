/* names.h - the field names of names.def, as text.
 *
 * Searched only while templates are loaded and while a JSON twin is written. */
#ifndef KONTOR_VIEW_NAMES_H
#define KONTOR_VIEW_NAMES_H

#include "view/view.h"

/* The id of a name, or false. */
MUST_USE bool view_name_find(struct str, uint16_t *id);

/* The name and the help of an id below N__MAX. */
struct str view_name(uint16_t id);
const char *view_name_help(uint16_t id);

/* A hash of names, their order and the currencies: trees encoded under another hash must not be decoded. */
uint64_t view_names_hash(void);

/* Names made while the program runs, from N__MAX on: only for the tests of the Mustache specification. */
struct view_names {
	struct arena *a;
	struct str *more;
	size_t n, cap;
};

/* The id of a name, made when it is new. N__NONE when there are no ids left. */
uint16_t view_name_intern(struct view_names *, struct str);

#endif
