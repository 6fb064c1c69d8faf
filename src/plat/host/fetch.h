/* fetch.h - downloads a picture that a foreign table names; wraps libcurl.
 *
 * The address comes from outside, and this host may reach servers that outsiders may not. So each address that a
 * connection is about to use is checked, after the host's name was resolved and after each redirect: only public ones,
 * and only the ports of the web. Bytes, time and redirects are limited; no proxy, cookie or password is used. */
#ifndef KONTOR_PLAT_HOST_FETCH_H
#define KONTOR_PLAT_HOST_FETCH_H

#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

typedef bool fetch_allowed_fn(const struct sockaddr *);

struct fetch_setup {
	fetch_allowed_fn *allowed; /* NULL: fetch_is_public */
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

/* True for a public unicast address of IPv4 or IPv6 and a port of the web: 80, 443, 8080, 8443. */
bool fetch_is_public(const struct sockaddr *);

#endif
