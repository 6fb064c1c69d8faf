/* fold.h - normalises texts for search: one case, one form, no accents.
 *
 * Applies NFKC with case folding. Removes the accents of Latin, Greek and Cyrillic, the vowel points of Hebrew and the
 * vowel signs of Arabic; keeps the marks of Thai, Indic scripts, Japanese and Korean, since they change the word. A
 * sharp s becomes ss. */
#ifndef KONTOR_PLAT_TEXT_FOLD_H
#define KONTOR_PLAT_TEXT_FOLD_H

#include "base/err.h"
#include "base/str.h"

#define FOLD_MAX_B ((size_t)1 << 20)

enum fold_how {
	FOLD_PLAIN, /* a with diaeresis as a */
	FOLD_GERMAN /* a with diaeresis as ae, likewise o and u: the spelling on keyboards without these letters */
};

/* The result is on the arena. ERR_INPUT when the text is not UTF-8 or longer than FOLD_MAX_B. */
MUST_USE bool fold_text(struct arena *, struct str, enum fold_how, struct str *out, struct err *);

#endif
