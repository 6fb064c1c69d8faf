/* fields.h - the input fields of a request, typed and checked before the handler runs.
 *
 * A handler reads fields by their number in the site's table; it never handles names, escapes or unchecked bytes.
 * Fields missing from the table are ignored, since advertisers add fields to links. An empty value counts as absent. */
#ifndef KONTOR_SERVE_FIELDS_H
#define KONTOR_SERVE_FIELDS_H

#include "base/err.h"
#include "base/str.h"
#include "plat/text/form.h"

enum field_kind { FIELD_LINE, FIELD_TEXT, FIELD_WORD, FIELD_INT, FIELD_EMAIL, FIELD_FLAG };

#define FIELD_KEEP 1u /* an invalid value does not fail the request: the handler reports it */
#define FIELD_MANY 2u /* may occur several times */

struct field_rule {
	const char *name;
	enum field_kind kind;
	int64_t min, max; /* of a text's characters, or of the number */
	unsigned flags;
};

struct field_table {
	const struct field_rule *v;
	size_t n;
};

enum field_state { FIELD_ABSENT, FIELD_GOOD, FIELD_INVALID, FIELD_TOO_LONG };

struct field {
	enum field_state state;
	struct str raw;	 /* as typed */
	struct str text; /* if good: trimmed */
	int64_t number;	 /* if good; INT only */
	struct field *next; /* with the same name */
};

struct fields {
	const struct field_table *table;
	struct field **by_id;
};

/* ERR_INPUT for an invalid value of a field without KEEP, or a second value of a field without
 * MANY. Borrows the table. */
MUST_USE bool fields_read(
    struct arena *, const struct field_table *, const struct form *, struct fields *, struct err *);

/* Never NULL: an absent field has state FIELD_ABSENT. */
const struct field *field_get(const struct fields *, unsigned id);

/* A value if it is good, else none or `otherwise`. */
struct str field_text(const struct fields *, unsigned id);
int64_t field_int(const struct fields *, unsigned id, int64_t otherwise);
bool field_good(const struct fields *, unsigned id);

#endif
