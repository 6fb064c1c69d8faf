/* html_clean.h - foreign HTML (product descriptions) made safe to print: parsed, then built anew by an allow-list.
 *
 * Nothing of the input's markup is copied: the parser's tree is walked, and only these are written again:
 * p br ul ol li blockquote h2 h3 h4 table caption thead tbody tr th td (colspan, rowspan), strong em b i u sub sup, and
 * a with an absolute http, https or mailto address. h1 becomes h2, h5 and h6 become h4; div and other blocks end a
 * paragraph; span and other inline elements vanish, their text stays; of img the alt text stays; scripts, styles,
 * forms, frames, drawings and comments vanish whole.
 *
 * The result is well-formed, holds no empty element but cells, has its blanks collapsed, and is a fixed point:
 * cleaning it again changes nothing. Text without any tag is plain text: an empty line ends a paragraph, a line end
 * becomes a br. */
#ifndef KONTOR_PLAT_TEXT_HTML_CLEAN_H
#define KONTOR_PLAT_TEXT_HTML_CLEAN_H

#include "base/err.h"
#include "base/str.h"

#define HTML_IN_MAX_B ((size_t)256 << 10)

/* The result is on the arena. ERR_INPUT when the text is too long, no UTF-8, or needs more memory than any honest
 * text (64 MiB; the parser can be made to multiply its input). */
MUST_USE bool html_clean(struct arena *, struct str in, struct str *out, struct err *);

#endif
