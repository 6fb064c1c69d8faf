/* http_exchange.h - a request under way, for http.c and http_pool.c. */
#ifndef KONTOR_PLAT_HOST_HTTP_EXCHANGE_H
#define KONTOR_PLAT_HOST_HTTP_EXCHANGE_H

#include <curl/curl.h>

#include "base/buf.h"
#include "plat/host/http.h"

struct http_exchange {
	CURL *c;
	struct arena *a;
	struct buf head, body;
	char error[CURL_ERROR_SIZE];
	struct curl_slist *at, *headers;
	public_allowed_fn *allowed;
	bool forbidden;
};

/* libcurl refers to the exchange: it must not move. `body` NULL: a GET. ERR_BUG when libcurl does not initialise. */
MUST_USE bool http_begin(
    struct arena *, const struct http_request *, const struct http_body *, struct http_exchange *, struct err *);

/* The answer is on the arena. */
void http_end(struct http_exchange *, CURLcode, struct http_answer *);

#endif
