/* error_page.h - the one exit for every failed request.
 *
 * A handler that cannot make its page returns false with a struct err. Only this module turns that into an answer, so
 * status, page, log line and count always agree. No other code sets a status of 400 or above. */
#ifndef KONTOR_SERVE_ERROR_PAGE_H
#define KONTOR_SERVE_ERROR_PAGE_H

#include "serve/app.h"
#include "serve/request.h"

/* Logs and counts the error, and fills rq->res with its page, or with problem+json if the client prefers JSON. Uses the
 * app's spare arena, since the request's may be full. Cannot fail: if the templates fail, rq->res is the site's
 * built-in page. */
void error_page(struct request *rq, const struct err *e);

#endif
