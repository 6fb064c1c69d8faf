/* url.h - builds every URL of the shop, from the rows of routes.def.
 *
 * URLs are absolute paths that begin with the path of site.url, such as "/shop". url_absolute() adds the origin, for
 * use outside the shop. All parts are percent-encoded. All results are on the arena. */
#ifndef KONTOR_VIEW_URL_H
#define KONTOR_VIEW_URL_H

#include "view/lang.h"

struct urls {
	struct str origin; /* "https://example.org" or with a port */
	struct str base;   /* "" or "/shop" */
	struct str host;   /* of the origin, with the port if given */
	struct str name;   /* the host without a port */
	unsigned port;	   /* default 443 or 80 */
	bool https;
};

/* The rows of routes.def. */
enum url_name {
#define ROUTE(kind, method, name, class, pattern, template, flags, deadline_ms, limits) URL_##name,
#include "view/routes.def"
	URL__MAX
};

/* Parses and borrows site.url. ERR_INPUT when it is not http(s)://host[:port][/path]. */
MUST_USE bool urls_init(struct urls *, struct str site_url, struct err *);

/* The URL of a row of routes.def. `part` replaces {slug} or {token}; none if the pattern has neither. The language may
 * be NULL if the pattern has no {lang}. */
struct str url_to(const struct urls *, struct arena *, const struct lang *, enum url_name, struct str part);

/* The same for any pattern. */
struct str url_fill(const struct urls *, struct arena *, const struct lang *, const char *pattern, struct str part);

/* Appends a field to the query of an address, unless the value is empty. */
struct str url_query(struct arena *, struct str url, const char *name, struct str value);

/* A product's page with this variant chosen; 0: no variant. */
struct str url_product(const struct urls *, struct arena *, const struct lang *, struct str handle, uint64_t variant);

/* The same page in another language; `rest` is the path after "/en", with its query. */
struct str url_in(const struct urls *, struct arena *, const struct lang *, struct str rest);

/* A file below /static/, by its installed name. */
struct str url_static(const struct urls *, struct arena *, struct str name);

/* A picture by its hexadecimal hash and size: "thumb", "card", "page" or "zoom". */
struct str url_media(const struct urls *, struct arena *, struct str hash, const char *size);

/* A path with the origin prepended. A URL with an origin is returned unchanged. */
struct str url_absolute(const struct urls *, struct arena *, struct str path);

#endif
