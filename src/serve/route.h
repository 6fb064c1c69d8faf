/* route.h - the routing table of a site, which maps addresses to handlers, and its lookup. Pure.
 *
 * Paths are relative to the path of site.url and still percent-encoded. */
#ifndef KONTOR_SERVE_ROUTE_H
#define KONTOR_SERVE_ROUTE_H

#include "base/err.h"
#include "base/str.h"
#include "plat/stats/stats.h"

struct page_ctx;
struct request;
struct view;

/* HEAD is handled as GET, without the body. */
enum method { METHOD_GET = 1, METHOD_POST = 2, METHOD_BOTH = METHOD_GET | METHOD_POST };

enum route_kind {
	ROUTE_KIND_PAGE, /* public: knows no session; may be cached, has a JSON twin */
	ROUTE_KIND_TEXT, /* public, without a handler: a template without data */
	ROUTE_KIND_FORM, /* personal: session, forms, never cached */
	ROUTE_KIND_RAW	 /* fills the response itself */
};

enum route_flag {
	ROUTE_NO_ORIGIN = 1 << 0,  /* POSTs come from programs: the origin is not checked */
	ROUTE_NO_REFERRER = 1 << 1, /* the address itself is a secret */
	ROUTE_NO_TOKEN = 1 << 2,    /* the form may be older than the session: only the origin is checked */
	ROUTE_SESSION_COPY = 1 << 3, /* a cached copy of the session suffices */
	ROUTE_SITEMAP = 1 << 4,	    /* in the sitemap; other pages are closed to robots */
	ROUTE_UNLIMITED = 1 << 5,   /* for monitoring: no rate limit applies */
	ROUTE_ORDERS = 1 << 6,	    /* its POST has web.order_deadline_ms */
	ROUTE_DECLARES = 1 << 7	    /* its POST is a declaration: an error page says that it was not received */
};

struct route {
	const char *name; /* for logs, which never show the address: visitors choose it */
	enum stats_route class;
	enum method method;
	enum route_kind kind;
	const char *pattern;
	union {
		bool (*page)(const struct page_ctx *, struct view *page, struct err *);
		bool (*form)(struct request *, struct view *page, struct view *me, struct err *);
		bool (*raw)(struct request *, struct err *);
	} handler;
	const char *template;
	unsigned flags;
	int deadline_ms; /* 0: web.deadline_ms */
	unsigned limits; /* LIMITED(name) of plat/conf/conf_limits.h */
};

struct route_table {
	const struct route *v;
	size_t n;
};

/* The variable parts of a path, decoded; none if the pattern lacks the part. */
struct route_args {
	struct str lang, slug, token;
	struct str dotted; /* of a twin: the slug with ".json", which may be the name of something too */
};

struct route_match {
	const struct route *route;
	struct route_args args;
	bool json;	     /* the path ends in ".json" */
	char allow[24];	     /* the allowed methods, for ERR_METHOD */
};

/* Finds the row for a method ("GET", "HEAD", "POST") and a path. ERR_NOT_FOUND, or ERR_METHOD if the address
 * allows only other methods. */
MUST_USE bool route_find(const struct route_table *, struct arena *, struct str method, struct str path,
    struct route_match *, struct err *);

/* Finds the row that a path of another spelling means: upper case, slashes too many or too few. Not for POST.
 * args.lang is as it stands in the path: it may be any tag. */
MUST_USE bool route_near(const struct route_table *, struct arena *, struct str path, struct route_match *);

/* The part of a path that may be logged: with ROUTE_NO_REFERRER it ends before the secret. */
struct str route_logged(const struct route_table *, struct str path);

/* Splits a request target (origin form or absolute form) into the path below `base` ("" or "/shop") and the query.
 * False if the target is not below `base`. */
bool route_target(struct str target, struct str base, struct str *path, struct str *query);

#endif
