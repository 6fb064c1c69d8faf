/* num.h - strict conversion of text to numbers, and arithmetic that says when it overflows.
 *
 * The whole text must be the number: no blanks, no sign where none is named, no "2x", no empty text. */
#ifndef KONTOR_BASE_NUM_H
#define KONTOR_BASE_NUM_H

#include "base/str.h"

/* Digits, with a leading '-' allowed in num_i64. False when it is no number or outside [min, max]. */
MUST_USE bool num_u64(struct str, uint64_t min, uint64_t max, uint64_t *out);
MUST_USE bool num_i64(struct str, int64_t min, int64_t max, int64_t *out);

/* "-12.5" with `digits` 2 gives -1250. At most `digits` digits behind the point unless the rest are zeros;
 * the point is '.'. False when it is no number or does not fit. */
MUST_USE bool num_decimal(struct str, int digits, int64_t *out);

MUST_USE bool num_add(int64_t a, int64_t b, int64_t *out);
MUST_USE bool num_mul(int64_t a, int64_t b, int64_t *out);

/* a * b / c, c > 0, exact in between, rounded half away from zero. False when the result does not fit. */
MUST_USE bool num_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out);

#endif
