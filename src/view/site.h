/* site.h - the root `site` of every page: what is fixed for a language. */
#ifndef KONTOR_VIEW_SITE_H
#define KONTOR_VIEW_SITE_H

#include "plat/conf/conf.h"
#include "view/lang.h"
#include "view/url.h"
#include "view/view.h"

struct site {
	const struct conf *conf;
	const struct urls *urls;
	const struct langs *langs;
	bool tax_included; /* in all prices */
};

/* The tree `site` of doc/templates.md for a language; on the arena. */
struct view *site_view(struct arena *, const struct site *, const struct lang *);

#endif
