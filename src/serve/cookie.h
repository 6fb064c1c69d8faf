/* cookie.h - the cookie that carries the token of a session.
 *
 * Browsers send the cookies of a host to all its ports and paths. So the name contains a hash of the shop's address:
 * two shops on one host have a cookie each. Another program, an older release or another path may have set a cookie of
 * the same name: all values that can be tokens are tried. */
#ifndef KONTOR_SERVE_COOKIE_H
#define KONTOR_SERVE_COOKIE_H

#include "base/str.h"

#define COOKIE_TOKENS_MAX 4 /* each costs a look-up */

/* The names: `own` is what response_cookie() is given; `sent` what browsers send; `former` what releases before this
 * naming set, which is read if there is none of ours. */
struct cookie_names {
	struct str own, sent, former;
};

/* `name`: the site's (site.h); `url`: site.url; they are copied. */
struct cookie_names cookie_names(struct arena *, const char *name, struct str url, bool https);

struct cookie_tokens {
	struct str v[COOKIE_TOKENS_MAX];
	size_t n;
};

/* The well-formed tokens of a Cookie header, in its order. */
struct cookie_tokens cookie_tokens(const struct cookie_names *, struct str header);

#endif
