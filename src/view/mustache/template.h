/* template.h - the shop's templates: read at start and compiled for every language.
 *
 * Templates are the files *.mustache of a folder; the "_" of partials is a convention only. A file in the overrides'
 * folder replaces the installed one of the same name. A broken override is refused with file and line, and the
 * installed template is used; a broken installed template is an error. */
#ifndef KONTOR_VIEW_MUSTACHE_TEMPLATE_H
#define KONTOR_VIEW_MUSTACHE_TEMPLATE_H

#include "view/mustache/mustache.h"

struct template_set {
	const struct langs *langs;
	struct mustache_file *files;
	size_t n;
	struct mustache *compiled[LANG_MAX]; /* by language */
	unsigned refused;		     /* refused overrides */
	unsigned untranslated;		     /* texts without translation, in all languages but the source */
};

enum template_problem { TEMPLATE_BROKEN, TEMPLATE_REFUSED, TEMPLATE_UNTRANSLATED };

struct template_dirs {
	const char *installed;
	const char *overrides; /* NULL or "": none */
	/* Called for every problem, "file:line: reason". NULL: logs all problems except untranslated texts. */
	void (*report)(void *arg, enum template_problem, const char *line);
	void *arg;
};

/* The languages must outlive the set. ERR_BUG when an installed template is broken, after all broken ones were
 * reported. */
MUST_USE bool template_load(struct arena *, const struct template_dirs *, const struct langs *, struct template_set *,
    struct err *);

/* The id of a template for template_render(); false when there is none. A linear search: call it at start, not per
 * request. */
MUST_USE bool template_find(const struct template_set *, struct str name, size_t *id);

/* Renders the page. The root is an object with site, page and me. ERR_LIMIT when the buf overflows. */
MUST_USE bool template_render(const struct template_set *, size_t id, const struct lang *, const struct view *root,
    struct buf *, struct err *);

#endif
