/* mustache_text.h - the translatable texts in templates.
 *
 * The text between `{{#_}}` and `{{/_}}` is in the source language. Its msgid in the gettext catalogues is the text
 * with white space collapsed. It may contain plain tags, `{{name}}`, which a translation may reorder or omit. Markup
 * and double quotes are not allowed, so that a text can be used in an attribute. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_TEXT_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_TEXT_H

#include "view/mustache/mustache_parse.h"

/* Collapses white space and removes blanks in tags. `open` and `close` are the current delimiters; the result has {{
 * }}. */
struct str text_collapse(struct arena *, struct str body, struct str open, struct str close);

/* Takes literal text or the name of a tag from the front of *rest. False at the end. */
MUST_USE bool text_next(struct str *rest, struct str *literal, struct str *name);

/* ERR_INPUT when the text contains markup, a double quote, or a tag with an unknown name. */
MUST_USE bool text_check(struct str text, struct err *);

/* ERR_INPUT when the translation fails text_check() or has a tag that occurs in neither source text. */
MUST_USE bool text_check_translation(struct str source, struct str plural, struct str translation, struct err *);

/* Escapes literal text for HTML, except character references. */
void text_html(struct buf *, struct str literal);

#endif
