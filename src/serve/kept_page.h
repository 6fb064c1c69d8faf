/* kept_page.h - whole answers to GETs without a session, kept by the worker that made them (cache.h says how long).
 *
 * Such a page depends on the address, on HTML or JSON, and on the notice of a pause. It is sent without running a
 * handler or template and without any other lookup. */
#ifndef KONTOR_SERVE_KEPT_PAGE_H
#define KONTOR_SERVE_KEPT_PAGE_H

#include "serve/request.h"

/* Finds the kept page for a request and sets route and answer. The body is borrowed until the next kept_page_put().
 * Call it after parsing the address and the session token. */
MUST_USE bool kept_page_find(struct request *);

/* Keeps the answer, made since cache_page_begin(), if it holds nothing of a session. */
void kept_page_put(struct request *);

#endif
