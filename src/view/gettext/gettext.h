/* gettext.h - the texts of one language, from a compiled gettext catalogue (.mo).
 *
 * The file is read at start. Every offset and length in it is checked. */
#ifndef KONTOR_VIEW_GETTEXT_GETTEXT_H
#define KONTOR_VIEW_GETTEXT_GETTEXT_H

#include "view/gettext/plural.h"

struct messages {
	struct str bytes;
	bool swapped; /* the file has the other byte order */
	uint32_t n, source_at, text_at;
	struct plural plural;
};

/* Borrows the bytes. ERR_INPUT when they are not a catalogue or its plural rule is malformed. */
MUST_USE bool messages_open(struct str bytes, struct messages *, struct err *);

/* Finds the translation of a source text; plural forms are separated by NUL. False when there is none. */
MUST_USE bool messages_find(const struct messages *, struct str source, struct str *text);

#endif
