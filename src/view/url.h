/* url.h - builds every URL of the shop.
 *
 * URLs are absolute paths that begin with the path of site.url, such as "/shop". url_absolute() adds the origin for
 * readers outside the shop, such as search engines. All parts are percent-encoded. All results are on the arena. */
#ifndef KONTOR_VIEW_URL_H
#define KONTOR_VIEW_URL_H

#include "view/lang.h"

struct urls {
	struct str origin; /* "https://example.org" or with a port */
	struct str base;   /* "" or "/shop" */
	struct str host;   /* of the origin, with its port if given */
	struct str name;   /* the host without a port */
	unsigned port;	   /* default 443 or 80 */
	bool https;
};

enum url_info { INFO_ABOUT, INFO_CONTACT, INFO_DELIVERY, INFO_IMPRINT, INFO_PRIVACY, INFO_TERMS, INFO_WITHDRAWAL };
enum url_step { STEP_ADDRESS, STEP_DELIVERY, STEP_PAYMENT, STEP_REVIEW, STEP_PLACE };

/* Position in a list: sort order ("price") and keyset cursor. Either may be none. */
struct url_list {
	struct str sort, after;
};

/* Parses and borrows site.url. ERR_INPUT when it is not http(s)://host[:port][/path]. */
MUST_USE bool urls_init(struct urls *, struct str site_url, struct err *);

struct str url_home(const struct urls *, struct arena *, const struct lang *);
struct str url_category(const struct urls *, struct arena *, const struct lang *, struct str slug);
struct str url_category_list(
    const struct urls *, struct arena *, const struct lang *, struct str slug, struct url_list);

/* variant 0: without a variant. */
struct str url_product(const struct urls *, struct arena *, const struct lang *, struct str handle, uint64_t variant);

/* `words` and `after` may be none. */
struct str url_search(const struct urls *, struct arena *, const struct lang *, struct str words, struct str after);
struct str url_cart(const struct urls *, struct arena *, const struct lang *);
struct str url_cart_add(const struct urls *, struct arena *, const struct lang *);
struct str url_cart_update(const struct urls *, struct arena *, const struct lang *);
struct str url_checkout(const struct urls *, struct arena *, const struct lang *, enum url_step);
struct str url_order(const struct urls *, struct arena *, const struct lang *, struct str token);
struct str url_info(const struct urls *, struct arena *, const struct lang *, enum url_info);

/* The same page in another language. `rest`: path and query after "/en". */
struct str url_in(const struct urls *, struct arena *, const struct lang *, struct str rest);

/* A file below /static/, by its installed name. */
struct str url_static(const struct urls *, struct arena *, struct str name);

/* A picture by its hexadecimal hash and size: "thumb", "card", "page" or "zoom". */
struct str url_media(const struct urls *, struct arena *, struct str hash, const char *size);

/* The base followed by the path, unencoded: "/sitemap.xml". */
struct str url_plain(const struct urls *, struct arena *, const char *path);

/* Adds the origin to a path; returns a URL that has one unchanged. */
struct str url_absolute(const struct urls *, struct arena *, struct str path);

#endif
