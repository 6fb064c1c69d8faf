/* url.h - every address of the shop, made from what it stands for.
 *
 * Addresses begin with the path of site.url, which may be "/shop", and are absolute paths; url_absolute() puts the
 * origin in front where other sites or search engines read them. All that is put in is percent-encoded. Everything
 * returned is on the arena. */
#ifndef KONTOR_VIEW_URL_H
#define KONTOR_VIEW_URL_H

#include "view/lang.h"

struct urls {
	struct str origin; /* "https://example.org" or with a port */
	struct str base;   /* "" or "/shop" */
	struct str host;   /* of the origin, with the port where it stands there */
	struct str name;   /* the host without a port */
	unsigned port;	   /* 443 or 80 where none stands */
	bool https;
};

enum url_info { INFO_ABOUT, INFO_CONTACT, INFO_DELIVERY, INFO_IMPRINT, INFO_PRIVACY, INFO_TERMS, INFO_WITHDRAWAL };
enum url_step { STEP_ADDRESS, STEP_DELIVERY, STEP_PAYMENT, STEP_REVIEW, STEP_PLACE };

/* Which part of a list: its order ("price") and where it goes on. Either may be none. */
struct url_list {
	struct str sort, after;
};

/* Splits site.url; borrows it. ERR_INPUT when it is not http(s)://host[:port][/path]. */
MUST_USE bool urls_init(struct urls *, struct str site_url, struct err *);

struct str url_home(const struct urls *, struct arena *, const struct lang *);
struct str url_category(const struct urls *, struct arena *, const struct lang *, struct str slug);
struct str url_category_list(
    const struct urls *, struct arena *, const struct lang *, struct str slug, struct url_list);

/* variant 0: the product alone. */
struct str url_product(const struct urls *, struct arena *, const struct lang *, struct str handle, uint64_t variant);

/* `words` and `after` may be none. */
struct str url_search(const struct urls *, struct arena *, const struct lang *, struct str words, struct str after);
struct str url_cart(const struct urls *, struct arena *, const struct lang *);
struct str url_cart_add(const struct urls *, struct arena *, const struct lang *);
struct str url_cart_update(const struct urls *, struct arena *, const struct lang *);
struct str url_checkout(const struct urls *, struct arena *, const struct lang *, enum url_step);
struct str url_order(const struct urls *, struct arena *, const struct lang *, struct str token);
struct str url_info(const struct urls *, struct arena *, const struct lang *, enum url_info);

/* The same page in another language: `rest` is what follows "/en" in the path, with its query. */
struct str url_in(const struct urls *, struct arena *, const struct lang *, struct str rest);

/* A file below /static/, under the name it is installed with. */
struct str url_static(const struct urls *, struct arena *, struct str name);

/* A picture by its hash in hexadecimal, in the size "thumb", "card", "page" or "zoom". */
struct str url_media(const struct urls *, struct arena *, struct str hash, const char *size);

/* A path below the base, as it is: "/sitemap.xml". */
struct str url_plain(const struct urls *, struct arena *, const char *path);

/* The origin in front of a path; an address that has one is returned as it is. */
struct str url_absolute(const struct urls *, struct arena *, struct str path);

#endif
