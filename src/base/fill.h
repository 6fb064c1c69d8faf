/* fill.h - texts with words to be filled in: models of configuration, and SQL about names, which are no parameters. */
#ifndef KONTOR_BASE_FILL_H
#define KONTOR_BASE_FILL_H

#include "base/buf.h"

struct fill_word {
	struct str name;  /* as it stands in the text: "@base@" */
	struct str value; /* value.p NULL: there is none */
};

/* Writes the text with the words in it filled in. False when one of them has no value: what was written then is the
 * caller's to drop. */
MUST_USE bool fill_text(struct buf *, struct str text, const struct fill_word *, size_t n);

#endif
