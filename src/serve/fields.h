/* fields.h - the input fields of a request, cleaned and checked before the handler runs.
 *
 * A handler reads fields by their number in the site's table; it never handles names, escapes or unchecked bytes. The
 * kind of a field decides how its text is cleaned (plat/text/clean.h), for all sites and forms alike.
 * Fields missing from the table are ignored, since advertisers add fields to links. An empty value counts as absent. */
#ifndef KONTOR_SERVE_FIELDS_H
#define KONTOR_SERVE_FIELDS_H

#include "base/err.h"
#include "base/str.h"
#include "plat/text/form.h"

enum field_kind {
	FIELD_LINE,  /* a name: clean_line() */
	FIELD_TEXT,  /* a message: clean_text() */
	FIELD_QUERY, /* words to search for: clean_words() */
	FIELD_CODE,  /* a postcode: clean_code() */
	FIELD_PHONE, /* clean_phone() */
	FIELD_EMAIL, /* clean_mail() */
	FIELD_WORD,  /* a word of our own pages: letters, digits, '-', '_' */
	FIELD_VALUE, /* one line of our own pages, which must come back unchanged */
	FIELD_INT,
	FIELD_FLAG   /* a check box */
};

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
	struct str typed; /* cleaned, also if it is not good */
	struct str text;  /* the same if it is good */
	int64_t number;	  /* if good; INT only */
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

/* Reads the query of a link, which others decorate and cut: what is not a good value of a field of the table is
 * ignored, a repeated field counts once, a line that is too long is cut. */
void fields_query(struct arena *, const struct field_table *, struct str query, struct fields *);

/* Never NULL: an absent field has state FIELD_ABSENT. */
const struct field *field_get(const struct fields *, unsigned id);

/* A value if it is good, else none or `otherwise`. */
struct str field_text(const struct fields *, unsigned id);
int64_t field_int(const struct fields *, unsigned id, int64_t otherwise);
bool field_good(const struct fields *, unsigned id);

#endif
