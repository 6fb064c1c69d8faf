/* num.h - strict conversion of text to numbers, and arithmetic with overflow checks.
 *
 * The whole text must be the number: no blanks, no "2x", no empty text. A sign is allowed only where stated. */
#ifndef KONTOR_BASE_NUM_H
#define KONTOR_BASE_NUM_H

#include "base/str.h"

/* Digits; num_i64 allows a leading '-'. False when the text is not a number or is outside [min, max]. */
MUST_USE bool num_u64(struct str, uint64_t min, uint64_t max, uint64_t *out);
MUST_USE bool num_i64(struct str, int64_t min, int64_t max, int64_t *out);

/* "-12.5" with `digits` 2 gives -1250. The decimal point is '.'; digits beyond `digits` must be zeros. False when the
 * text is not a number or does not fit. */
MUST_USE bool num_decimal(struct str, int digits, int64_t *out);

MUST_USE bool num_add(int64_t a, int64_t b, int64_t *out);
MUST_USE bool num_mul(int64_t a, int64_t b, int64_t *out);

/* a * b / c for c > 0. The product is exact, the result rounded half away from zero. False when it does not fit. */
MUST_USE bool num_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out);

#endif
