/* site.h - the interface between a site and the request loop: routes, fields, and the parts that all pages share.
 *
 * A site consists of tables and a few functions; web/site.c defines the storefront. The program passes it to
 * app_open(). serve/ itself contains no page and no address. */
#ifndef KONTOR_SERVE_SITE_H
#define KONTOR_SERVE_SITE_H

#include "plat/conf/conf_limits.h"
#include "serve/fields.h"
#include "serve/request.h"
#include "serve/route.h"
#include "view/site_tree.h"

/* The sessions of a site. rq->session has the site's own type; NULL: no session. */
struct site_session {
	const char *cookie;   /* how its name begins (cookie.h) */
	unsigned token_field; /* the form field with the session's token */

	/* Sets rq->session from rq->session_token. With `copy`, a cached copy suffices. */
	bool (*load)(struct request *, bool copy, struct err *);
	struct str (*token)(const struct request *);

	/* Called after each POST, which may have changed the data of the session that pages show. */
	void (*changed)(struct request *);

	/* Adds the session's part of every page, such as the cart's count. */
	bool (*show)(struct request *, struct view *me, struct err *);
};

struct site {
	const char *program; /* its name in the log */
	struct route_table routes;
	struct field_table fields;

	/* The error page for failures of the template engine; @STATUS@ and @ID@ are filled in. */
	const char *fallback;

	/* The root `site` of every page, made once for each language. */
	struct view *(*tree)(struct arena *, const struct site_facts *, const struct lang *);

	/* Adds the public part that all pages share, such as the menu. */
	void (*frame)(const struct page_ctx *, struct str path, struct view *page);

	/* True while me.paused is to be on every page. */
	bool (*paused)(const struct request *);

	const struct site_session *session;
};

/* A row of a routes.def for the site's table, and the declaration of its handler. */
#define SITE_ROUTE(kind_, method_, name_, class_, pattern_, template_, flags_, deadline_ms_, limits_)                  \
	{.name = #name_,                                                                                               \
	    .class = STATS_ROUTE_##class_,                                                                             \
	    .method = METHOD_##method_,                                                                                \
	    .kind = ROUTE_KIND_##kind_,                                                                                \
	    .pattern = pattern_,                                                                                       \
	    .handler = {SITE_##kind_(name_)},                                                                          \
	    .template = template_,                                                                                     \
	    .flags = flags_,                                                                                           \
	    .deadline_ms = deadline_ms_,                                                                               \
	    .limits = limits_}
#define SITE_PAGE(name) .page = page_##name
#define SITE_TEXT(name) .page = NULL
#define SITE_FORM(name) .form = form_##name
#define SITE_RAW(name) .raw = raw_##name

#define SITE_HANDLER(kind, name) SITE_HANDLER_##kind(name)
#define SITE_HANDLER_PAGE(name) bool page_##name(const struct page_ctx *, struct view *page, struct err *);
#define SITE_HANDLER_TEXT(name)
#define SITE_HANDLER_FORM(name) bool form_##name(struct request *, struct view *page, struct view *me, struct err *);
#define SITE_HANDLER_RAW(name) bool raw_##name(struct request *, struct err *);

#endif
