/* session.h - the visitor's session, which exists from the first POST that needs it. */
#ifndef KONTOR_SERVE_SESSION_H
#define KONTOR_SERVE_SESSION_H

#include "store/customer/session_store.h"
#include "serve/request.h"

#define SESSION_COOKIE "kontor"

/* Sets rq->session from rq->session_token, or leaves it NULL when there is no such session (any more). */
MUST_USE bool session_load(struct request *, struct err *);

/* The same from the copy in memcached, for pages that show no more of the visitor than the size of his cart: it is an
 * old one for a while when memcached lost a delete, or a worker died between its COMMIT and the delete. */
MUST_USE bool session_load_copy(struct request *, struct err *);

/* What the session's pages show may have changed: deletes the copy. */
void session_changed(struct request *);

/* Makes a session, and its cookie with the answer, for a visitor who has none. */
MUST_USE bool session_need(struct request *, struct err *);

/* Fills the visitor's part that stands on every page: count of the cart, token. */
MUST_USE bool session_view(struct request *, struct view *me, struct err *);

/* Puts the notice that orders cannot be taken now: the operator has paused them, or the database is away. It is the
 * visitor's part, since what is cached of a page must not tell of it. */
void session_notice(struct request *, struct view *me);
bool session_notice_due(const struct request *);

#endif
