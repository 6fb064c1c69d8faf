/* plural.h - chooses a language's plural form for a number.
 *
 * The rule is the C expression in the "Plural-Forms:" header of a gettext catalogue. Administrators may install
 * catalogues of their own, so size and depth of the rule are bounded. */
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
		uint32_t value; /* a number, or a jump target */
	} op[PLURAL_OPS_MAX];
};

/* "nplurals=2; plural=n != 1;". ERR_INPUT when it is malformed. */
MUST_USE bool plural_parse(struct str header, struct plural *, struct err *);

/* The form's index, always below `forms`. Ignores the number's sign. */
unsigned plural_form(const struct plural *, int64_t number);

#endif
