/* template.h - the shop's templates: read at start, compiled for every language.
 *
 * Templates are the files *.mustache of a folder; those that begin with "_" are partials by habit only. A file of the
 * same name in the folder of overrides stands in for the installed one. An override that cannot be used is refused,
 * with file and line, and the installed one serves; a broken installed template is an error. */
#ifndef KONTOR_VIEW_MUSTACHE_TEMPLATE_H
#define KONTOR_VIEW_MUSTACHE_TEMPLATE_H

#include "view/mustache/mustache.h"

struct template_set {
	const struct langs *langs;
	struct mustache_file *files;
	size_t n;
	struct mustache *compiled[LANG_MAX]; /* by language */
	unsigned refused;		     /* overrides that could not be used */
	unsigned untranslated;		     /* texts without translation, over all languages but the source's */
};

enum template_problem { TEMPLATE_BROKEN, TEMPLATE_REFUSED, TEMPLATE_UNTRANSLATED };

struct template_dirs {
	const char *installed;
	const char *overrides; /* NULL or "": none */
	/* Told of every problem, "file:line: reason"; NULL: problems but untranslated texts are logged. */
	void (*report)(void *arg, enum template_problem, const char *line);
	void *arg;
};

/* The languages must live as long as the set. ERR_BUG when an installed template cannot be used; all that are wrong
 * have been reported then. */
MUST_USE bool template_load(struct arena *, const struct template_dirs *, const struct langs *, struct template_set *,
    struct err *);

/* The place of a template in the set, for template_render(); false when there is none. For the start, not for
 * requests. */
MUST_USE bool template_find(const struct template_set *, struct str name, size_t *id);

/* Writes the page. The root is an object with site, page and me. ERR_LIMIT when the buf is over. */
MUST_USE bool template_render(const struct template_set *, size_t id, const struct lang *, const struct view *root,
    struct buf *, struct err *);

#endif
