/* http.h - requests over HTTP or HTTPS: a GET as a browser sends it, or a POST, alone or several at a time; wraps
 * libcurl.
 *
 * Follows no redirect, uses no proxy, keeps no connection. Certificates are verified with the system's CA list, or with
 * the file in SSL_CERT_FILE. */
#ifndef KONTOR_PLAT_HOST_HTTP_H
#define KONTOR_PLAT_HOST_HTTP_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "plat/host/public.h"

struct http_request {
	const char *url;
	const char *at;             /* connect to this address instead of the URL's host; NULL: the URL's */
	uint32_t limit_ms;          /* for the whole exchange */
	bool unverified;            /* accept any certificate */
	bool tls_only;              /* https:// only */
	size_t max_b;               /* of the answer's body, which is cut there; 0: 4 MiB */
	const char *agent;          /* NULL: "kontor" */
	public_allowed_fn *allowed; /* the addresses that may be connected to; NULL: all */
};

enum http_result {
	HTTP_ANSWERED,
	HTTP_NO_ADDRESS, /* the host name does not resolve */
	HTTP_FORBIDDEN,  /* no address of the host is allowed */
	HTTP_NO_CONNECT,
	HTTP_NO_ANSWER, /* no answer in time */
	HTTP_NO_TLS,    /* the TLS handshake failed */
	HTTP_BAD_CERT
};

struct http_answer {
	enum http_result result;
	const char *why; /* libcurl's message when there was no answer */
	int status;
	int64_t retry_s;         /* Retry-After, also if it is a date; 0: none */
	struct str head, body;   /* header lines; both on the arena */
	const char *ip;          /* the peer's address, or "" */
	int64_t cert_until_s;    /* UTC; 0: unknown */
	const char *cert_names;  /* the certificate's names, or "" */
	const char *cert_issuer; /* or "" */
};

struct http_body {
	const struct str *headers; /* whole lines */
	size_t n_headers;
	struct str text;
};

/* Every outcome of the exchange is in *answer. ERR_BUG when libcurl does not initialise. */
MUST_USE bool http_get(struct arena *, const struct http_request *, struct http_answer *, struct err *);

MUST_USE bool http_post(
    struct arena *, const struct http_request *, const struct http_body *, struct http_answer *, struct err *);

/* Requests under way at the same time. */
struct http_pool;

/* Closed with the arena. ERR_BUG when libcurl does not initialise. */
MUST_USE bool http_pool_open(struct arena *, struct http_pool **, struct err *);

/* Begins a POST. The arena, the request and the body must stay until it has ended. `tag` names it; not NULL. */
MUST_USE bool http_pool_post(
    struct http_pool *, struct arena *, const struct http_request *, const struct http_body *, void *tag, struct err *);

/* Waits up to `wait_ms` for one of them to end. Returns its tag, and its answer on its arena; NULL: none has ended. */
void *http_pool_next(struct http_pool *, uint32_t wait_ms, struct http_answer *);

/* The value of a header, or none. */
struct str http_header(const struct http_answer *, struct str name);

#endif
