/* age.h - how long the web server has been waiting for the answer of a request, and the request's deadline.
 *
 * After its own time-out (conf_server_timeout_s()) the web server sends its own error page and closes the connection. A
 * request that reaches a worker later is not begun. It counts as late, a failure, and not as an abort of the client's.
 *
 * Apache says in X-Kontor-Begun when a request began (etc/apache). lighttpd has no variable for it: the time in the
 * socket's backlog is then unknown, but no longer than since the worker last found the backlog empty. */
#ifndef KONTOR_SERVE_AGE_H
#define KONTOR_SERVE_AGE_H

#include "plat/conf/conf.h"
#include "serve/request.h"

/* Sets the request's times and its deadline, which leaves the web server time for the answer. */
void age_begin(struct request *);

/* Gives the deadline to database and cache. */
void age_pass_on(const struct request *);

/* Changes the deadline to that of the route, everywhere. */
void age_route(struct request *);

/* The time limit of a request that places an order. */
int64_t age_order_ms(const struct conf *);

/* True when the web server has given up, or has closed the connection because the client did. */
bool age_is_over(const struct request *);

/* The same, or it may have: the time in the backlog is not known. */
bool age_may_be_over(const struct request *);

#endif
