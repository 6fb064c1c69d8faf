/* fetch.h - downloads a picture that a foreign table names; wraps libcurl.
 *
 * The address comes from outside: each connection, also after a redirect, goes to a public address and a port of the
 * web (public.h). Bytes, time and redirects are limited; no proxy, cookie or password is used. */
#ifndef KONTOR_PLAT_HOST_FETCH_H
#define KONTOR_PLAT_HOST_FETCH_H

#include "base/err.h"
#include "base/str.h"
#include "plat/host/public.h"

struct fetch_setup {
	public_allowed_fn *allowed; /* NULL: public_web */
	size_t max_b;
	uint32_t limit_ms; /* of one download */
};

enum fetch_result {
	FETCH_DONE,
	FETCH_REFUSED, /* this picture will never come: not found, no picture, too large, a forbidden address */
	FETCH_FAILED   /* the server or the way to it failed */
};

struct fetch; /* keeps connections open between downloads */

/* Closed with the arena. ERR_BUG: libcurl does not initialise. */
MUST_USE bool fetch_open(struct arena *, const struct fetch_setup *, struct fetch **, struct err *);

/* Downloads to *bytes, on the arena; *why is a sentence unless the result is FETCH_DONE. */
enum fetch_result fetch_get(struct fetch *, struct arena *, struct str url, struct str *bytes, const char **why);

#endif
