/* session.h - the visitor's session, which exists from the first POST that needs it. */
#ifndef KONTOR_WEB_SESSION_H
#define KONTOR_WEB_SESSION_H

#include "store/customer/session_store.h"
#include "serve/site.h"

/* How the request loop reads the visitor's session and shows it. */
extern const struct site_session session_policy;

/* Orders cannot be taken now: the operator has paused them, or the database is away. */
bool session_paused(const struct request *);

/* Makes a session, and its cookie with the answer, for a visitor who has none. */
MUST_USE bool session_need(struct request *, struct err *);

#endif
