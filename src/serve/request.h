/* request.h - one request, as handlers see it.
 *
 * A PAGE handler receives only a struct page_ctx, so its page is the same for all visitors. A FORM or RAW handler
 * receives the struct request. All of it is on the request's arena. */
#ifndef KONTOR_SERVE_REQUEST_H
#define KONTOR_SERVE_REQUEST_H

#include "base/err.h"
#include "base/str.h"
#include "serve/cookie.h"
#include "serve/fields.h"
#include "serve/response.h"
#include "serve/route.h"

struct app;
struct cache;
struct db;
struct fcgi;
struct lang;
struct session;
struct stats;
struct view;
struct watchdog;

struct request {
	struct arena *a;
	struct app *app;
	struct fcgi *fcgi;
	struct db *db;
	struct cache *cache;

	char id[33]; /* also in log, slot and answer */
	int64_t now_s;
	uint64_t start_ns, deadline_ns; /* start: when it had arrived completely */
	uint64_t begun_ns, queued_ns;	/* when the web server began to wait for the answer: surely, perhaps */
	const struct watchdog *watchdog;
	bool expired;	       /* the deadline had passed before the worker could begin */
	bool gone;	       /* the web server had closed the connection before */

	struct str method, path, query; /* below the path of site.url; still encoded */
	bool head;	       /* HEAD: no body is sent */
	bool post;
	bool json;	       /* the client prefers JSON */
	bool twin;	       /* the path ends in ".json" for that */
	bool lead;	       /* the path is another spelling of the right one: the answer is a redirect */
	bool elsewhere;	       /* so is the name of the host */
	struct str client;     /* its address; none: unknown (addr.h) */

	const struct route *route; /* of the site's table; NULL before it is found */
	struct route_args args;
	const struct lang *lang; /* never NULL: the default unless the path names another */
	struct fields fields;	 /* of the query (GET) or of the body (POST) */

	struct session *session;  /* of the site's own type; NULL: the visitor has none (site.h) */
	struct cookie_tokens session_tokens; /* of the cookies, unchecked */
	struct str session_token; /* that of the session, or the first of these; none: no cookie */
	struct str limit_policy, limit_state; /* headers (limit.h); none: no limit was applied */
	struct str kept_key;	  /* key of the kept page; none: do not keep the answer */

	char allow[24]; /* the allowed methods, for ERR_METHOD */
	struct response res;
	struct view *error_me; /* the error page's tree `me`, if the handler has more to say; NULL: none */
};

/* The input of a PAGE handler: nothing of the visitor. */
struct page_ctx {
	struct arena *a;
	const struct app *app;
	struct stats *stats;
	struct db *db;
	struct cache *cache;
	const struct lang *lang;
	struct route_args args;
	const struct fields *fields; /* of the query */
	struct page_result *result;
};

/* The output of a PAGE handler besides its view. */
struct page_result {
	struct str moved_to; /* if set, a 301 to this address replaces the page */
	bool dotted;	     /* the page is that of args.dotted, not a twin */
	struct str query;    /* of the page's canonical address, such as "?after=9.7"; none: the path alone */
};

/* The public part of a request; `result` may be NULL if the page cannot move. */
struct page_ctx request_public(const struct request *, struct page_result *result);

/* Sets the request's route, also in its slot. */
void request_route(struct request *, const struct route *);

/* True if the request came through a proxy that is not trusted, so that rq->client is the proxy's address, or through
 * a client that pretends to be one. */
bool request_is_hidden(const struct request *);

/* A header of the request, by its CGI name ("HTTP_ACCEPT"), or none. */
struct str request_header(const struct request *, const char *cgi_name);

#endif
