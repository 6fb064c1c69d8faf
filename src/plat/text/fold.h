/* fold.h - texts made comparable for search: one case, one form, without accents.
 *
 * NFKC with case folding; the accents of Latin, Greek and Cyrillic, the vowel points of Hebrew and the vowel signs of
 * Arabic go; what carries sound in Thai, Indic scripts, Japanese and Korean stays. A sharp s becomes ss. */
#ifndef KONTOR_PLAT_TEXT_FOLD_H
#define KONTOR_PLAT_TEXT_FOLD_H

#include "base/err.h"
#include "base/str.h"

#define FOLD_MAX_B ((size_t)1 << 20)

enum fold_how {
	FOLD_PLAIN, /* a with diaeresis as a */
	FOLD_GERMAN /* as ae; o and u likewise: how people write who lack the letter */
};

/* On the arena. ERR_INPUT when it is not UTF-8 or longer than FOLD_MAX_B. */
MUST_USE bool fold_text(struct arena *, struct str, enum fold_how, struct str *out, struct err *);

#endif
