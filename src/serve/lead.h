/* lead.h - other spellings of an address, which lead to the one right address by a single redirect.
 *
 * Upper case, doubled or missing slashes, other language tags, and other names of the host (web.redirect_hosts). The
 * redirect is made from the route's pattern, never from the requested path, so it cannot lead to another site. The
 * query is kept. For GET and HEAD only: a form is never sent again elsewhere. */
#ifndef KONTOR_SERVE_LEAD_H
#define KONTOR_SERVE_LEAD_H

#include "serve/request.h"

/* Notes in rq->elsewhere that the visitor used another name of the host. Not behind a proxy that is not trusted: the
 * name is then that of this host among the proxies. */
void lead_host(struct request *);

/* Cuts the request's target at the path of site.url, into rq->path and rq->query. Slashes too many before or in that
 * path are allowed for, and set rq->lead. False if it is not below site.url. */
MUST_USE bool lead_target(struct request *, struct str target);

/* Finds the row that the path means in another spelling, and sets rq->lead, language and path. */
MUST_USE bool lead_find(struct request *, struct route_match *);

/* The address of the request in its one right spelling, without the query. */
struct str lead_canonical(const struct request *);

/* Redirects to an address of the shop, with the request's query. */
void lead_to(struct request *, int status, struct str url);

#endif
