/* paper.h - what printed pages are made with: templates, languages, addresses, rules. */
#ifndef KONTOR_WORK_DOCUMENT_PAPER_H
#define KONTOR_WORK_DOCUMENT_PAPER_H

#include "plat/conf/conf.h"
#include "store/shop_rules.h"
#include "view/mustache/template.h"
#include "view/url.h"

struct paper {
	const struct conf *conf;
	struct urls urls;
	struct langs langs;
	struct shop_rules rules;
	struct template_set set;
};

/* The arena and the configuration must outlive it. */
MUST_USE bool paper_open(struct arena *, const struct conf *, struct paper *, struct err *);

/* The language with this tag, or the nearest that the shop has, else its first. */
const struct lang *paper_lang(const struct paper *, struct arena *, struct str tag);

/* Renders a template, which must exist. */
MUST_USE bool paper_render(const struct paper *, const char *template, const struct lang *, const struct view *root,
    struct buf *, struct err *);

/* The release, and the digest of the template and the style: "0.2.0/1f3a..". */
MUST_USE bool paper_version(const struct paper *, struct arena *, const char *template, struct str *, struct err *);

#endif
