/* handlers.h - the handlers that routes.def names, declared from it. */
#ifndef KONTOR_WEB_HANDLERS_H
#define KONTOR_WEB_HANDLERS_H

#include "serve/request.h"

#define HANDLER_PAGE(f) bool f(const struct page_ctx *, struct view *page, struct err *);
#define HANDLER_FORM(f) bool f(struct request *, struct view *page, struct view *me, struct err *);
#define HANDLER_RAW(f) bool f(struct request *, struct err *);
#define ROUTE(kind, method, name, class, pattern, handler, template, flags, deadline_ms) HANDLER_##kind(handler)
#include "web/routes.def"
#undef ROUTE

#endif
