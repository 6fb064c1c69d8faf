/* clean.h - cleans texts that people type or paste, before they are judged.
 *
 * Nobody can correct a character that he does not see, or knows that his keyboard writes another dash. So input is
 * cleaned first, and only then compared with rules and limits. All functions take valid UTF-8 and cannot fail. The
 * result is trimmed, on the arena, or the argument itself.
 *
 * Names and messages keep their letters: they get Unicode's form NFC. Control characters, marks of direction and
 * zero-width blanks are removed. A joiner (ZWJ, ZWNJ) stays between two letters, where it changes how they are
 * written; a variation selector stays behind its letter. The result has no more characters than a browser counted.
 *
 * Codes are for machines: they get form NFKC (full-width letters become ASCII), and lose all invisible characters. */
#ifndef KONTOR_PLAT_TEXT_CLEAN_H
#define KONTOR_PLAT_TEXT_CLEAN_H

#include "base/str.h"

/* A name, a street: one line; runs of blanks become one. */
struct str clean_line(struct arena *, struct str typed);

/* A message of several lines; each line end becomes one LF. */
struct str clean_text(struct arena *, struct str typed);

/* Words to search for: NFKC, one line. */
struct str clean_words(struct arena *, struct str typed);

/* A postcode or number: also the digits of all scripts become ASCII, as do dashes and apostrophes; the Japanese
 * postal mark is removed. */
struct str clean_code(struct arena *, struct str typed);

/* A code if it can be read as a telephone number, else a line. */
struct str clean_phone(struct arena *, struct str typed);

/* A mail address out of its usual wrappings: "mailto:", "Name <address>", a full stop behind it. A domain in letters
 * of any script becomes ASCII (domain.h). */
struct str clean_mail(struct arena *, struct str typed);

/* Without control characters, but with line ends, tabs and form feeds. For texts of any size, such as markup. */
struct str clean_controls(struct arena *, struct str);

#endif
