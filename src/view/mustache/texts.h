/* texts.h - writes the templates' texts as a gettext template (POT) for translators. */
#ifndef KONTOR_VIEW_MUSTACHE_TEXTS_H
#define KONTOR_VIEW_MUSTACHE_TEXTS_H

#include "base/buf.h"

/* Writes every text of the templates in `dir` once, with all its references, which begin with `label` instead of `dir`.
 * ERR_INPUT names a template that cannot be read. */
MUST_USE bool texts_pot(struct arena *, const char *dir, const char *label, struct buf *, struct err *);

#endif
