/* postcode.h - reads a postcode as people type it, and writes it as its country does. */
#ifndef KONTOR_SHOP_POSTCODE_H
#define KONTOR_SHOP_POSTCODE_H

#include "base/str.h"

/* Looks for one of `forms` (address_form.def) in `typed`: "1012ab" for "dddd aa" gives "1012 AB", on the arena. Blanks
 * and signs may stand anywhere, digits may be of any script, and letters around the code are left out, such as the sign
 * of a country before it or a town behind it. False when no form fits; *out is then `typed`, trimmed. */
MUST_USE bool postcode_read(struct arena *, const char *forms, struct str typed, struct str *out);

#endif
