/* template.h - the shop's templates: read at start and compiled for every language.
 *
 * Templates are the files *.mustache of a folder; names of partials begin with "_" by convention. A file in the folder
 * of overrides replaces the installed template of the same name. A broken override is reported with file and line, and
 * the installed template is used. A broken installed template is an error. */
#ifndef KONTOR_VIEW_MUSTACHE_TEMPLATE_H
#define KONTOR_VIEW_MUSTACHE_TEMPLATE_H

#include "view/mustache/mustache.h"

#define TEMPLATE_TAIL ".mustache"

struct template_set {
	const struct langs *langs;
	struct mustache_file *files;
	size_t n;
	struct mustache *compiled[LANG_MAX]; /* by language */
	unsigned refused;		     /* refused overrides */
	unsigned untranslated;		     /* missing translations, in all languages except the source */
};

enum template_problem { TEMPLATE_BROKEN, TEMPLATE_REFUSED, TEMPLATE_UNTRANSLATED };

struct template_dirs {
	const char *installed;
	const char *overrides; /* NULL or "": none */
	bool mails; /* with those of mails: the folder "mail" in both; their names begin with "mail/" */
	/* Called for every problem, "file:line: reason". NULL: logs all problems except untranslated texts. */
	void (*report)(void *arg, enum template_problem, const char *line);
	void *arg;
};

/* The file names of a folder's templates, sorted, and behind them, if `mails`, those of its folder "mail", as
 * "mail/NAME". */
MUST_USE bool template_list(
    struct arena *, const char *dir, bool mails, struct str **names, size_t *n, struct err *);

/* Reports all broken templates. ERR_BUG when an installed template is broken. The languages must outlive the set. */
MUST_USE bool template_load(struct arena *, const struct template_dirs *, const struct langs *, struct template_set *,
    struct err *);

/* The id of a template for template_render(); false when there is none. Call it at start: the search is linear. */
MUST_USE bool template_find(const struct template_set *, struct str name, size_t *id);

/* Renders a page. The root is an object with the fields site, page and me. ERR_LIMIT when the buf overflows. */
MUST_USE bool template_render(const struct template_set *, size_t id, const struct lang *, const struct view *root,
    struct buf *, struct err *);

#endif
