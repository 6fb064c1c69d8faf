/* plain.h - what a template rendered, as plain text: for the subject and the text part of a mail.
 *
 * The input is this program's own output, in which every value is escaped. So each "<" is markup of a template, each
 * character reference stands for one character, and the values come out as they were: this is no reader of foreign
 * HTML. Paragraphs, headings, list items and breaks become lines; a link is followed by its address; other markup is
 * left out. */
#ifndef KONTOR_VIEW_PLAIN_H
#define KONTOR_VIEW_PLAIN_H

#include "base/buf.h"

/* Appends the text to `out`. The content of bdi elements is isolated by characters of Unicode where the direction may
 * change: in a text from right to left (`rtl`), or if it has letters of such a script itself. Control characters are
 * left out. */
void plain_text(struct buf *out, struct str html, bool rtl);

#endif
