/* kept_page.h - whole answers to GETs without a session, kept by the worker that made them; cache.h limits the time.
 *
 * Such an answer depends only on the address, on the format (HTML or JSON), and on whether ordering is paused. It is
 * sent without running a handler or template and without any other lookup. */
#ifndef KONTOR_SERVE_KEPT_PAGE_H
#define KONTOR_SERVE_KEPT_PAGE_H

#include "serve/request.h"

/* Finds the kept page for a request and sets route and answer. The body is borrowed until the next kept_page_put().
 * To be called after parsing the address and the session token. */
MUST_USE bool kept_page_find(struct request *);

/* Keeps the answer, made since cache_page_begin(), if it contains nothing of a session. */
void kept_page_put(struct request *);

#endif
