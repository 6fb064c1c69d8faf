/* form.h - parses what browsers send: query, urlencoded body, multipart body, cookies.
 *
 * Pure functions with hard limits. Parsing is strict: text must be valid UTF-8, names without control characters,
 * escapes must be complete, a multipart body must be closed. Violations are ERR_INPUT, or ERR_TOO_LARGE for a limit.
 * Nothing is guessed or repaired. Values may contain control characters, which people paste: readers clean them
 * (clean.h).
 *
 * Only cookie parsing is lenient: other programs on the same host set cookies too, so malformed pairs are skipped. */
#ifndef KONTOR_PLAT_TEXT_FORM_H
#define KONTOR_PLAT_TEXT_FORM_H

#include "base/err.h"
#include "base/str.h"

struct form_limits {
	size_t fields_max;
	size_t name_max_b, value_max_b; /* after decoding; files have their own limit */
	size_t file_max_b;		/* 0: files are refused */
	size_t total_max_b;		/* of the encoded text */
};

extern const struct form_limits form_limits_default;

struct form_field {
	struct str name, value;
	struct str file_name; /* as sent by the browser; value is the content */
	bool is_file;
};

struct form {
	struct form_field *fields;
	size_t n, cap;
	const struct form_limits *limits;
};

void form_init(struct form *, const struct form_limits *);

/* Both append to the form. Values are on the arena or point into the given bytes. */
MUST_USE bool form_urlencoded(struct arena *, struct str raw, struct form *, struct err *);
MUST_USE bool form_multipart(struct arena *, struct str boundary, struct str body, struct form *, struct err *);

/* Parses a body by its Content-Type: urlencoded or multipart/form-data. ERR_INPUT for a body of another type. */
MUST_USE bool form_body(struct arena *, struct str content_type, struct str body, struct form *, struct err *);

/* Cuts the next cookie `name` off the front of a Cookie header. Values that are not text are skipped. */
bool form_cookie(struct str *header, struct str name, struct str *value);

/* The first field with this name, or NULL. */
const struct form_field *form_find(const struct form *, struct str name);

/* Decodes %XX, and '+' to blank if `plus`. False for a malformed escape. The result may be any bytes. */
MUST_USE bool form_percent(struct arena *, struct str raw, bool plus, struct str *out);

/* True for valid UTF-8 without control characters; `lines` allows tab, CR and LF. */
bool form_text_ok(struct str, bool lines);

#endif
