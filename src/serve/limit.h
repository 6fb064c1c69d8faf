/* limit.h - applies the rate limits to requests.
 *
 * All pages together are limited per address, by the host alone. The limits of a route are in its row of routes.def.
 * A refusal is ERR_RATE_LIMITED with the time to wait; the answers of limited routes have the headers RateLimit and
 * RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). Clients of limits.trusted are not limited. Requests whose
 * client is unknown count as one client. */
#ifndef KONTOR_SERVE_LIMIT_H
#define KONTOR_SERVE_LIMIT_H

#include "serve/request.h"

/* All pages together. Call it before anything else is done for the request. */
MUST_USE bool limit_pages(struct request *, struct err *);

/* The limits of rq->route. Those per session are left to limit_session() when the request has a session's cookie, since
 * anybody can invent one. */
MUST_USE bool limit_route(struct request *, struct err *);

/* The limits per session, after it was loaded; a request without one counts for its address. */
MUST_USE bool limit_session(struct request *, struct err *);

/* The keyed hash that stands for the client's address in orders, so that its unpaid ones can be counted. None for a
 * trusted client. */
struct str limit_client(const struct request *);

/* Adds the headers to the response, if a limit was applied. */
void limit_headers(struct request *);

/* True if a refusal may be logged: clients must not be able to fill the log. *left_out counts those that were not. */
bool limit_may_log(uint64_t now_ns, uint64_t *left_out);

#endif
