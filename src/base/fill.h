/* fill.h - replaces placeholders in a text: configuration templates, and names in SQL, which cannot be parameters. */
#ifndef KONTOR_BASE_FILL_H
#define KONTOR_BASE_FILL_H

#include "base/buf.h"

struct fill_word {
	struct str name;  /* the placeholder: "@base@" */
	struct str value; /* value.p NULL: no value */
};

/* Writes the text with all placeholders replaced. False when a placeholder in the text has no value; the caller then
 * discards the output. */
MUST_USE bool fill_text(struct buf *, struct str text, const struct fill_word *, size_t n);

#endif
