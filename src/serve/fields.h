/* fields.h - the input fields of a request, typed and checked before a handler sees them.
 *
 * A handler reads fields by their number and never meets a name, an escape or an unchecked byte. Fields that
 * fields.def does not know are ignored (advertisers hang their own on every link). An empty value is an absent one. */
#ifndef KONTOR_SERVE_FIELDS_H
#define KONTOR_SERVE_FIELDS_H

#include "base/err.h"
#include "base/str.h"
#include "plat/text/form.h"

enum field_id {
#define FIELD(id, name, kind, min, max, flags) F_##id,
#include "serve/fields.def"
#undef FIELD
	F__MAX
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
	struct field *by_id[F__MAX];
};

/* ERR_INPUT for a wrong value of a field that is not KEEP, or a second one of a field that is not MANY. */
MUST_USE bool fields_read(struct arena *, const struct form *, struct fields *, struct err *);

/* Never NULL: an absent field is one in state FIELD_ABSENT. */
const struct field *field_get(const struct fields *, enum field_id);

/* The good value, or none; the number, or `otherwise`. */
struct str field_text(const struct fields *, enum field_id);
int64_t field_int(const struct fields *, enum field_id, int64_t otherwise);
bool field_good(const struct fields *, enum field_id);

/* ERR_INPUT unless the field is there and good. */
MUST_USE bool field_need(const struct fields *, enum field_id, struct err *);

const char *field_name(enum field_id);

#endif
