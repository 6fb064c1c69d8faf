/* form.h - fills and encodes a form of a page as a browser does.
 *
 * Reads the HTML that this shop writes: attributes in double quotes, no nested forms. The caller's values include the
 * name of the clicked button. */
#ifndef KONTOR_BENCH_FORM_H
#define KONTOR_BENCH_FORM_H

#include <stdbool.h>
#include <stddef.h>

#define FORM_ACTION_B 512
#define FORM_BODY_B ((size_t)16 * 1024)

struct form_value { /* a list ends with a name of NULL */
	const char *name, *value;
};

struct form {
	char action[FORM_ACTION_B];
	char body[FORM_BODY_B];
	size_t body_n;
};

/* Encodes the first form whose action, without its query, ends in `end`. The given values replace fields of the same
 * name or are appended. False when there is no such form or it is too large. */
bool form_fill(struct form *, const char *html, const char *end, const struct form_value *values);

#endif
