/* mustache.h - templates as lists of operations, and their rendering.
 *
 * Parsed files (mustache_parse.h) are compiled together, once for every language: parents and blocks are put in
 * place, texts are translated, partials become calls. Rendering walks the operations over a view tree, compares names
 * as integers and writes into one buf; it takes no memory besides.
 *
 * In shop mode the type of a value decides how it is written: html as it is, amounts and dates for the reader of the
 * language, everything else escaped. White space in front of lines and empty lines are left out. In specification
 * mode (no language) templates behave as the published specification says. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_H

#include "view/lang.h"
#include "view/mustache/mustache_parse.h"

struct mustache;

struct mustache_input {
	const struct mustache_file *files;
	size_t n;
	const struct lang *lang; /* NULL: specification mode */
	/* Told of every text that has no translation, or a wrong one; may be NULL. */
	void (*untranslated)(void *arg, const struct mustache_file *, const struct part *, const char *why);
	void *arg;
};

/* Compiles all files. ERR_INPUT, "path:line: reason"; *bad is then the index of the file that is to blame.
 * The files and the language must live as long as the result. */
MUST_USE bool mustache_compile(struct arena *, const struct mustache_input *, struct mustache **, size_t *bad,
    struct err *);

/* Writes the file with this index, with `root` as its context. ERR_BUG when partials or lists go into each other
 * without end, ERR_LIMIT when the buf is over. */
MUST_USE bool mustache_render(
    const struct mustache *, size_t file, const struct view *root, struct buf *, struct err *);

#endif
