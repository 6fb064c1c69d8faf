/* response.h - the answer under construction: status, headers, body.
 *
 * Handlers set statuses below 400 only; error_page.c sets all others. Header values are checked: a control character
 * marks the whole answer as `bad`, so headers cannot be split. */
#ifndef KONTOR_SERVE_RESPONSE_H
#define KONTOR_SERVE_RESPONSE_H

#include "base/buf.h"
#include "base/str.h"

#define RESPONSE_JSON STR("application/json")

enum response_cache {
	RESPONSE_PRIVATE, /* for this visitor only: private, no-store */
	RESPONSE_HISTORY, /* the same, but the browser may show it on the way back: it cannot send the form again */
	RESPONSE_SHARED,  /* the same bytes for all visitors: ETag, always revalidated */
	RESPONSE_BRIEF	  /* for programs: cached for one minute */
};

struct response {
	int status;
	struct str type;
	struct str body;
	struct str etag;  /* of the body; none: response_head() computes it if needed */
	struct buf lines; /* further header lines */
	enum response_cache cache;
	bool no_referrer; /* the address itself is a secret */
	bool own_style;   /* a page that brings its style and nothing else, such as a stored document */
	bool vary_accept;
	bool bad;
};

struct response_origin {
	bool https;	    /* of site.url */
	int64_t hsts_s;	    /* Strict-Transport-Security, with https; 0: none */
	struct str form_to; /* an origin that forms may also be sent to (payment provider); or none */
};

void response_init(struct response *, struct arena *);

/* Adds a header line. */
void response_header(struct response *, const char *name, struct str value);

/* A redirect: 301, 302 or 303, to an address or path. */
void response_redirect(struct response *, int status, struct str url);

/* Sets a cookie for this host. max_age_s 0: until the browser is closed; < 0: deletes the cookie. With https the name
 * gets the prefix "__Host-". */
void response_cookie(struct response *, struct arena *, const struct response_origin *, struct str name,
    struct str value, int64_t max_age_s);

/* The ETag of a body, with quotes. Weak, since the web server may compress the body. */
struct str response_etag(struct arena *, struct str body);

/* True if If-None-Match contains the ETag, ignoring the suffix of a compressing web server ("-gzip"). */
bool response_matches(struct str if_none_match, struct str etag);

/* The complete header block for FastCGI, with the empty line. ERR_BUG if a header was bad. If the cache policy
 * allows it and If-None-Match matches, a 200 becomes a 304, and *send_body is false. */
MUST_USE bool response_head(const struct response *, struct arena *, const struct response_origin *,
    const char *request_id, struct str if_none_match, struct str *head, bool *send_body, struct err *);

/* "Not Found" for 404. */
const char *response_reason(int status);

#endif
