/* session.h - the visitor's session, created by the first POST that needs it. */
#ifndef KONTOR_WEB_SESSION_H
#define KONTOR_WEB_SESSION_H

#include "store/customer/session_store.h"
#include "serve/site.h"

/* The storefront's sessions, for the request loop. */
extern const struct site_session session_policy;

/* True if no orders are accepted: the operator has paused ordering, or the database is down. */
bool session_paused(const struct request *);

/* Ends the visitor's session: what it had is deleted, and so is its cookie. */
MUST_USE bool session_forget(struct request *, struct err *);

/* Creates a session and its cookie if the visitor has none. */
MUST_USE bool session_need(struct request *, struct err *);

#endif
