/* visitor.h - finds the session of the visitor who sent a request. */
#ifndef KONTOR_SERVE_VISITOR_H
#define KONTOR_SERVE_VISITOR_H

#include "serve/request.h"

/* Loads the session of one of the request's tokens, by the site's policy; with `copy`, a cached copy suffices. If two
 * tokens are those of sessions, one may be planted, and neither is believed. */
MUST_USE bool visitor_load(struct request *, bool copy, struct err *);

#endif
