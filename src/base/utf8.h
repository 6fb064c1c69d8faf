/* utf8.h - reading UTF-8 (RFC 3629), strictly. */
#ifndef KONTOR_BASE_UTF8_H
#define KONTOR_BASE_UTF8_H

#include "base/str.h"

/* False for overlong forms, surrogates and values above U+10FFFF. */
bool utf8_valid(struct str);

/* Reads one code point from the front of *s. False at the end or at an invalid byte. */
bool utf8_next(struct str *s, uint32_t *cp);

/* Number of code points of valid text. */
size_t utf8_len(struct str);

/* The longest prefix of at most max_b bytes that ends between two code points. The text must be valid. */
struct str utf8_head(struct str, size_t max_b);

#endif
