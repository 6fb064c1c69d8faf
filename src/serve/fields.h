/* fields.h - the input fields of a request, typed and checked before a handler sees them.
 *
 * A handler reads fields by their number in the site's table and never meets a name, an escape or an unchecked byte.
 * Fields that the table does not have are ignored (advertisers hang their own on every link). An empty value is an
 * absent one. */
#ifndef KONTOR_SERVE_FIELDS_H
#define KONTOR_SERVE_FIELDS_H

#include "base/err.h"
#include "base/str.h"
#include "plat/text/form.h"

enum field_kind { FIELD_LINE, FIELD_TEXT, FIELD_WORD, FIELD_INT, FIELD_EMAIL, FIELD_FLAG };

#define FIELD_KEEP 1u /* a wrong value is for the handler to talk about */
#define FIELD_MANY 2u /* may stand several times */

struct field_rule {
	const char *name;
	enum field_kind kind;
	int64_t min, max; /* characters of a text, or the number */
	unsigned flags;
};

struct field_table {
	const struct field_rule *v;
	size_t n;
};

enum field_state { FIELD_ABSENT, FIELD_GOOD, FIELD_INVALID, FIELD_TOO_LONG };

struct field {
	enum field_state state;
	struct str raw;	 /* as it was typed */
	struct str text; /* when good: trimmed */
	int64_t number;	 /* when good, of an INT */
	struct field *next; /* of the same name */
};

struct fields {
	const struct field_table *table;
	struct field **by_id;
};

/* ERR_INPUT for a wrong value of a field that is not KEEP, or a second one of a field that is not
 * MANY. The table is borrowed. */
MUST_USE bool fields_read(
    struct arena *, const struct field_table *, const struct form *, struct fields *, struct err *);

/* Never NULL: an absent field is one in state FIELD_ABSENT. */
const struct field *field_get(const struct fields *, unsigned id);

/* The good value, or none; the number, or `otherwise`. */
struct str field_text(const struct fields *, unsigned id);
int64_t field_int(const struct fields *, unsigned id, int64_t otherwise);
bool field_good(const struct fields *, unsigned id);

/* ERR_INPUT unless the field is there and good. */
MUST_USE bool field_need(const struct fields *, unsigned id, struct err *);

#endif
