/* handlers.h - the storefront's handlers, declared from routes.def, and the numbers of its fields. */
#ifndef KONTOR_WEB_HANDLERS_H
#define KONTOR_WEB_HANDLERS_H

#include "serve/site.h"
#include "web/fields.h"

#define ROUTE(kind, method, name, class, pattern, template, flags, deadline_ms, limits) SITE_HANDLER(kind, name)
#include "view/routes.def"

#endif
