/* names.h - the field names of names.def, as text.
 *
 * Names are looked up only to load templates or write a JSON twin, never to render HTML. */
#ifndef KONTOR_VIEW_NAMES_H
#define KONTOR_VIEW_NAMES_H

#include "view/view.h"

/* Finds the id of a name. */
MUST_USE bool view_name_find(struct str, uint16_t *id);

/* The name of an id below N__MAX. */
struct str view_name(uint16_t id);

/* A hash of the names, their order and the currencies. Trees encoded under another hash must not be decoded. */
uint64_t view_names_hash(void);

/* Names added at run time, with ids from N__MAX on: only for tests against the Mustache specification. */
struct view_names {
	struct arena *a;
	struct str *more;
	size_t n, cap;
};

/* The id of a name, which is added when new. N__NONE when no ids are left. */
uint16_t view_name_intern(struct view_names *, struct str);

#endif
