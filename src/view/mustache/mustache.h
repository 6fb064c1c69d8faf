/* mustache.h - compiles templates into lists of operations and renders them.
 *
 * Parsed files (mustache_parse.h) are compiled together, once per language: parents and blocks are expanded, texts are
 * translated, partials become calls. Rendering runs the operations over a view tree and compares names as integers. It
 * allocates only the output.
 *
 * In shop mode the output depends on the type of the value: html is written unchanged, amounts and dates in the
 * language's format, everything else escaped. Indentation and empty lines are dropped. In specification mode (no
 * language) templates follow the published specification. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_H

#include "view/lang.h"
#include "view/mustache/mustache_parse.h"

struct mustache;

struct mustache_input {
	const struct mustache_file *files;
	size_t n;
	const struct lang *lang; /* NULL: specification mode */
	/* Called for every text without a valid translation; may be NULL. */
	void (*untranslated)(void *arg, const struct mustache_file *, const struct part *, const char *why);
	void *arg;
};

/* Compiles all files. ERR_INPUT, "path:line: reason"; *bad is then the index of the faulty file. The files and the
 * language must outlive the result. */
MUST_USE bool mustache_compile(struct arena *, const struct mustache_input *, struct mustache **, size_t *bad,
    struct err *);

/* Renders the file with this index with `root` as context. ERR_BUG when partials or lists recurse too deep, ERR_LIMIT
 * when the buf overflows. */
MUST_USE bool mustache_render(
    const struct mustache *, size_t file, const struct view *root, struct buf *, struct err *);

#endif
