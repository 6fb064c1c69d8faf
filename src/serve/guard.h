/* guard.h - protection against cross-site requests: forms are accepted from our own pages only. */
#ifndef KONTOR_SERVE_GUARD_H
#define KONTOR_SERVE_GUARD_H

#include "base/err.h"
#include "base/str.h"

struct guard_source {
	struct str sec_fetch_site, origin, host; /* the headers, or none */
};

/* ERR_DENIED unless the request comes from a page of this site: by Sec-Fetch-Site where the browser sends it (no
 * script can set it), else by Origin, which must be `site` ("https://example.org") or name the host that was asked.
 * A POST with neither header was not sent by a current browser. */
MUST_USE bool guard_same_site(const struct guard_source *, struct str site, struct err *);

/* ERR_DENIED unless the form's token is the session's. Compares in constant time. */
MUST_USE bool guard_token(struct str given, struct str wanted, struct err *e);

#endif
