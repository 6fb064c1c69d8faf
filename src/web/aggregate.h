/* aggregate.h - cached values made of many rows, one per language: the rows AGGREGATE of cache.def.
 *
 * A value is forgotten exactly when its subject changes (store/outbox.def). Only its fill function is hand-written. */
#ifndef KONTOR_WEB_AGGREGATE_H
#define KONTOR_WEB_AGGREGATE_H

#include "plat/cache/cache.h"
#include "serve/request.h"
#include "view/view.h"

/* The fill functions: each reads its tree from the database, in the page's language. */
#define AGGREGATE(name, l1, subject, help) bool aggregate_##name(const struct page_ctx *, struct view **, struct err *);
#include "plat/cache/cache.def"

/* The tree of an aggregate: a list of objects or one object, without html. The caller may change it. */
MUST_USE bool aggregate_get(const struct page_ctx *, enum cache_class, struct view **, struct err *);

#endif
