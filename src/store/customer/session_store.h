/* session_store.h - visitors' sessions, created by the first form and identified by a random token in a cookie.
 *
 * The database stores only a hash of the token. The CSRF token is constant for the session, so that a form in an older
 * tab still works. */
#ifndef KONTOR_STORE_CUSTOMER_SESSION_STORE_H
#define KONTOR_STORE_CUSTOMER_SESSION_STORE_H

#include "plat/db/db.h"
#include "plat/text/secret.h"

#define SESSION_CSRF_B 16

struct session {
	uint64_t id;
	uint8_t token[SECRET_TOKEN_B]; /* never stored */
	char csrf[SECRET_TOKEN_CHARS + 1];
	int64_t cart_units; /* items in the open cart; -1: not read */
};

/* The lookup: the session of this cookie and, if a page shows it, the size of its cart. */
struct session_wanted {
	struct str cookie;
	bool cart_units;
	int64_t now_s;
};

/* *out is NULL when the cookie names no session. */
MUST_USE bool session_find(
    struct db *, struct arena *, const struct session_wanted *, struct session **out, struct err *);

/* Packs a session for its copy in memcached; unpacks it together with its cookie. False if the text is not a
 * session. */
struct str session_pack(struct arena *, const struct session *);
MUST_USE bool session_unpack(struct str text, struct str cookie, struct session *);

/* Creates a session; its cookie is session_cookie(). */
MUST_USE bool session_create(struct db *, struct arena *, int64_t now_s, struct session **out, struct err *);

/* Ends the session for good, and deletes the drafts of its carts and what the open one holds. Its orders stay, and are
 * read by their links. */
MUST_USE bool session_end(struct db *, const struct session *, int64_t now_s, struct err *);

/* Deletes carts that have not been changed, and sessions that have not been seen, for longer than their time; a batch
 * of each. Orders keep the numbers of deleted sessions, which are never given again. */
struct session_age {
	int64_t now_s, cart_s, session_s;
};
struct session_deleted {
	uint64_t carts, sessions;
	bool more; /* there may be more to delete */
};
MUST_USE bool session_delete_old(struct db *, const struct session_age *, struct session_deleted *, struct err *);

struct str session_cookie(struct arena *, const struct session *);

/* The token in each form of the session. */
struct str session_csrf(const struct session *);

#endif
