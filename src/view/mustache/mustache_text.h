/* mustache_text.h - the texts for the reader that stand in templates.
 *
 * Between `{{#_}}` and `{{/_}}` stands a text of the source language. With its white space collapsed it is the key
 * into the catalogue of a language. It may hold plain tags, `{{name}}`, which a translation may put in another order
 * or leave out; it holds no markup and no double quotes, so that it can stand in an attribute. */
#ifndef KONTOR_VIEW_MUSTACHE_MUSTACHE_TEXT_H
#define KONTOR_VIEW_MUSTACHE_MUSTACHE_TEXT_H

#include "view/mustache/mustache_parse.h"

/* White space collapsed, blanks in tags removed. `open` and `close` are the delimiters in use; the result has {{ }}. */
struct str text_collapse(struct arena *, struct str body, struct str open, struct str close);

/* Takes literal text, or else the name of a tag, off the front of *rest. False at the end. */
MUST_USE bool text_next(struct str *rest, struct str *literal, struct str *name);

/* ERR_INPUT when the text holds what it must not, or a tag that is no known name. */
MUST_USE bool text_check(struct str text, struct err *);

/* ERR_INPUT when the translation is no text, or has a tag that neither source text has. */
MUST_USE bool text_check_translation(struct str source, struct str plural, struct str translation, struct err *);

/* The literal text for HTML; a character reference that stands in it stays one. */
void text_html(struct buf *, struct str literal);

#endif
