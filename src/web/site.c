#include "web/site.h"

#include "web/fields.h"
#include "web/frame.h"
#include "web/handlers.h"
#include "web/session.h"

static const struct route routes[] = {
#define ROUTE(kind, method, name, class, pattern, template, flags, deadline_ms, limits)                                \
	SITE_ROUTE(kind, method, name, class, pattern, template, flags, deadline_ms, limits),
#include "view/routes.def"
};

static const struct field_rule fields[] = {
#define FIELD(id, name, kind, min, max, flags) [F_##id] = {name, FIELD_##kind, min, max, flags},
#include "web/fields.def"
#undef FIELD
};

static const char fallback[] =
#include "src/web/fallback.inc"
    ;

const struct site web_site = {
    .program = "kontor.fcgi",
    .routes = {routes, ARRAY_LEN(routes)},
    .fields = {fields, ARRAY_LEN(fields)},
    .fallback = fallback,
    .tree = site_tree,
    .frame = frame_page,
    .paused = session_paused,
    .session = &session_policy,
};
