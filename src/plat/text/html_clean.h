/* html_clean.h - sanitises foreign HTML (product descriptions): parses it and writes allowed elements only.
 *
 * No markup is copied. The parser's tree is walked, and only these elements are written: p br ul ol li blockquote h2 h3
 * h4 table caption thead tbody tr th td (colspan, rowspan), strong em b i u sub sup, and a with an absolute http, https
 * or mailto address. h1 becomes h2, h5 and h6 become h4. div and other blocks end a paragraph. span and other inline
 * elements are removed, their text stays. img becomes its alt text. Scripts, styles, forms, frames, drawings and
 * comments are removed with their content.
 *
 * The result is well-formed, has no empty elements except cells, has white space collapsed, and is a fixed point:
 * cleaning it again changes nothing. Input without any tag is plain text: an empty line ends a paragraph, a line end
 * becomes a br. */
#ifndef KONTOR_PLAT_TEXT_HTML_CLEAN_H
#define KONTOR_PLAT_TEXT_HTML_CLEAN_H

#include "base/err.h"
#include "base/str.h"

#define HTML_IN_MAX_B ((size_t)256 << 10)

/* The result is on the arena. ERR_INPUT when the text is too long, not UTF-8, or needs more than 64 MiB of memory
 * (crafted input can make the parser's tree that large). */
MUST_USE bool html_clean(struct arena *, struct str in, struct str *out, struct err *);

#endif
