/* session_store.h - a visitor's session: made by his first form, known by a random token in a cookie.
 *
 * The database holds only the token's hash. The CSRF token is constant for the session, so that a form in an older tab
 * still works. */
#ifndef KONTOR_STORE_CUSTOMER_SESSION_STORE_H
#define KONTOR_STORE_CUSTOMER_SESSION_STORE_H

#include "plat/db/db.h"
#include "plat/text/secret.h"

#define SESSION_CSRF_B 16

struct session {
	uint64_t id;
	uint8_t token[SECRET_TOKEN_B]; /* never stored */
	char csrf[SECRET_TOKEN_CHARS + 1];
	int64_t cart_units; /* pieces in the open cart; -1: not asked */
};

/* The lookup: the session of this cookie, and the size of its cart when a page will show it. */
struct session_wanted {
	struct str cookie;
	bool cart_units;
	int64_t now_s;
};

/* *out is NULL when the cookie names no session. */
MUST_USE bool session_find(
    struct db *, struct arena *, const struct session_wanted *, struct session **out, struct err *);

/* A session as text, for its copy in memcached, and back with the cookie that it is of. False when the text is none. */
struct str session_pack(struct arena *, const struct session *);
MUST_USE bool session_unpack(struct str text, struct str cookie, struct session *);

/* A new one; its cookie is session_cookie(). */
MUST_USE bool session_create(struct db *, struct arena *, int64_t now_s, struct session **out, struct err *);

struct str session_cookie(struct arena *, const struct session *);

/* The token that each form of the session carries. */
struct str session_csrf(const struct session *);

#endif
