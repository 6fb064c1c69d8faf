/* gettext.h - the texts of one language, from a compiled gettext catalogue (.mo).
 *
 * Read once at start and searched only while templates are compiled. Every offset and length of the file is checked. */
#ifndef KONTOR_VIEW_GETTEXT_GETTEXT_H
#define KONTOR_VIEW_GETTEXT_GETTEXT_H

#include "view/gettext/plural.h"

struct catalogue {
	struct str bytes;
	bool swapped; /* written on a machine of the other byte order */
	uint32_t n, source_at, text_at;
	struct plural plural;
};

/* The bytes are borrowed. ERR_INPUT when they are no catalogue, or its plural rule is not understood. */
MUST_USE bool catalogue_open(struct str bytes, struct catalogue *, struct err *);

/* The text for a source text; with several forms, one after the other with a NUL between. False when there is none. */
MUST_USE bool catalogue_find(const struct catalogue *, struct str source, struct str *text);

#endif
