/* form.h - what a browser sends, taken apart: query, urlencoded body, multipart body, cookies.
 *
 * Pure functions over bytes, with hard limits, and strict: text must be valid UTF-8 without control characters
 * (a value may hold tab and line ends), an encoding must be whole, a multipart body must end as it should. What does
 * not fit is ERR_INPUT, or ERR_TOO_LARGE for a limit. Nothing is guessed or repaired.
 *
 * Only cookies are lenient: other programs on the same host set them too, so a pair that is not understood is
 * skipped. */
#ifndef KONTOR_PLAT_TEXT_FORM_H
#define KONTOR_PLAT_TEXT_FORM_H

#include "base/err.h"
#include "base/str.h"

struct form_limits {
	size_t fields_max;
	size_t name_max_b, value_max_b; /* after decoding; a file's content is not a value */
	size_t file_max_b;		/* 0: files are refused */
	size_t total_max_b;		/* of the encoded text */
};

extern const struct form_limits form_limits_default;

struct form_field {
	struct str name, value;
	struct str file_name, file_type; /* as the browser says it; value is the content */
	bool is_file;
};

struct form {
	struct form_field *fields;
	size_t n, cap;
	const struct form_limits *limits;
};

void form_init(struct form *, const struct form_limits *);

/* Each appends to the form; values lie on the arena or in the bytes given. */
MUST_USE bool form_urlencoded(struct arena *, struct str raw, struct form *, struct err *);
MUST_USE bool form_multipart(struct arena *, struct str boundary, struct str body, struct form *, struct err *);

/* A body by its Content-Type: urlencoded, or multipart/form-data. Any other type with a body is ERR_INPUT. */
MUST_USE bool form_body(struct arena *, struct str content_type, struct str body, struct form *, struct err *);

/* The value of the cookie `name` in a Cookie header; none when it is not there, or there twice (somebody planted
 * one). */
struct str form_cookie(struct str header, struct str name);

/* The first field of this name; NULL when there is none. */
const struct form_field *form_find(const struct form *, struct str name);

/* Decodes %XX, and '+' to blank when `plus`. False for a broken escape. The result may be any bytes. */
MUST_USE bool form_percent(struct arena *, struct str raw, bool plus, struct str *out);

/* Valid UTF-8, and no control characters but tab, CR, LF when `lines`. */
bool form_text_ok(struct str, bool lines);

#endif
