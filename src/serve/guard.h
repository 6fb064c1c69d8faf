/* guard.h - protection against cross-site requests: forms are accepted only from our own pages. */
#ifndef KONTOR_SERVE_GUARD_H
#define KONTOR_SERVE_GUARD_H

#include "base/err.h"
#include "base/str.h"

struct guard_source {
	struct str sec_fetch_site, origin, referer, host; /* the headers, or none */
};

/* ERR_DENIED unless the request comes from a page of this site. Sec-Fetch-Site decides if the browser sends it, since
 * no script can set it. Otherwise Origin decides: it must be `site` ("https://example.org"), or name the request's host
 * with the scheme of `site`: a page of the same host without TLS may be anybody's. Text browsers send neither, but name
 * the page in Referer, whose origin must be the same. A POST with none of the three may come from anywhere. */
MUST_USE bool guard_same_site(const struct guard_source *, struct str site, struct err *);

/* ERR_DENIED unless the form's token is the session's. Compares in constant time. */
MUST_USE bool guard_token(struct str given, struct str wanted, struct err *e);

#endif
