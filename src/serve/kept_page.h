/* kept_page.h - the whole answer to a stranger's GET, kept by the worker that made it (cache.h says how long).
 *
 * A stranger's page depends on the address, on HTML or JSON, and on whether the notice of a pause stands on it. What
 * is found here is sent without a handler, a template or a lookup of anything else. */
#ifndef KONTOR_SERVE_KEPT_PAGE_H
#define KONTOR_SERVE_KEPT_PAGE_H

#include "serve/request.h"

/* Whether there is one for this request: then route and answer are set; the body is borrowed until the next
 * kept_page_put(). The address must have been taken apart and the session token read. */
MUST_USE bool kept_page_find(struct request *);

/* Keeps the answer to the request, a page that was made since cache_page_begin(), if it is one that a stranger gets. */
void kept_page_put(struct request *);

#endif
