/* form.h - a form of a page, filled and encoded as a browser would send it.
 *
 * Reads the HTML that this shop writes: attributes in double quotes, no nested forms. What is pressed (a button's name)
 * is among the values. */
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

/* The first form whose action, without its query, ends in `end`: its fields as they stand, but with these values in
 * the place of those of the same name, or behind them. False: there is none, or it does not fit. */
bool form_fill(struct form *, const char *html, const char *end, const struct form_value *values);

#endif
