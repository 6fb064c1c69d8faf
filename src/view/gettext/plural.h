/* plural.h - which of a language's plural forms a number takes.
 *
 * The rule is the C expression of a gettext catalogue's "Plural-Forms:" header; catalogues are files of the
 * administrator's, so it is parsed with bounds and evaluated without trust. */
#ifndef KONTOR_VIEW_GETTEXT_PLURAL_H
#define KONTOR_VIEW_GETTEXT_PLURAL_H

#include "base/err.h"
#include "base/str.h"

#define PLURAL_FORMS_MAX 8
#define PLURAL_OPS_MAX 96

struct plural {
	unsigned forms;
	unsigned n;
	struct plural_op {
		uint8_t code;
		uint32_t value; /* a number, or where to go on */
	} op[PLURAL_OPS_MAX];
};

/* "nplurals=2; plural=n != 1;". ERR_INPUT when it is not understood. */
MUST_USE bool plural_parse(struct str header, struct plural *, struct err *);

/* Always below `forms`. The sign of the number does not count. */
unsigned plural_form(const struct plural *, int64_t number);

#endif
