/* site_tree.h - the tree `site` of every page, which depends only on the language. */
#ifndef KONTOR_VIEW_SITE_TREE_H
#define KONTOR_VIEW_SITE_TREE_H

#include "plat/conf/conf.h"
#include "view/lang.h"
#include "view/url.h"
#include "view/view.h"

struct site_facts {
	const struct conf *conf;
	const struct urls *urls;
	const struct langs *langs;
	bool tax_included; /* prices include tax */
};

/* Builds the tree (see doc/templates.md) on the arena. */
struct view *site_tree(struct arena *, const struct site_facts *, const struct lang *);

/* Picks the line of a language from a setting: the line "de: ..." for de, otherwise the first line. */
struct str site_text_in(struct str text, const struct lang *);

#endif
