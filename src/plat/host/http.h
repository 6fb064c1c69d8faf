/* http.h - one GET over HTTP or HTTPS, as a visitor's browser would send it. libcurl behind one function.
 *
 * No redirect is followed, no proxy is used, no connection is kept. Certificates are judged by the system's list, or by
 * the file that SSL_CERT_FILE names. */
#ifndef KONTOR_PLAT_HOST_HTTP_H
#define KONTOR_PLAT_HOST_HTTP_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct http_request {
	const char *url;
	const char *at;    /* connect to this address, whatever the URL says; NULL: as it says */
	uint32_t limit_ms; /* for all of it */
	bool unverified;   /* take any certificate */
};

enum http_result {
	HTTP_ANSWERED,
	HTTP_NO_ADDRESS, /* the host's name has none */
	HTTP_NO_CONNECT,
	HTTP_NO_ANSWER, /* too late, or none */
	HTTP_NO_TLS,    /* no handshake: the other side does not speak TLS, or not ours */
	HTTP_BAD_CERT
};

struct http_answer {
	enum http_result result;
	const char *why; /* the library's words when there was no answer */
	int status;
	struct str head, body;   /* the lines of headers; both on the arena */
	const char *ip;          /* who was connected to, or "" */
	int64_t cert_until_s;    /* UTC; 0: not known */
	const char *cert_names;  /* the names that the certificate is for, or "" */
	const char *cert_issuer; /* or "" */
};

/* Whatever comes of it stands in *answer. ERR_BUG when the library cannot be used. */
MUST_USE bool http_get(struct arena *, const struct http_request *, struct http_answer *, struct err *);

/* The value of a header, or none. */
struct str http_header(const struct http_answer *, struct str name);

#endif
