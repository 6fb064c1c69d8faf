#include "base/num.h"

#include "base/err.h"

bool
num_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t u = 0;

	if (s.n == 0 || s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(u, 10, &u) || __builtin_add_overflow(u, (uint64_t)(s.p[i] - '0'), &u))
			return false;
	}
	if (u < min || u > max)
		return false;
	*out = u;
	return true;
}

bool
num_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t u;
	int64_t i;

	if (!num_u64(negative ? str_from(s, 1) : s, 0, (uint64_t)INT64_MAX, &u))
		return false;
	i = negative ? -(int64_t)u : (int64_t)u;
	if (i < min || i > max)
		return false;
	*out = i;
	return true;
}

bool
num_decimal(struct str s, int digits, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-', point = false;
	int64_t value = 0;
	int behind = 0;
	size_t seen = 0;

	if (negative)
		s = str_from(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			return false;
		seen++;
		if (point && ++behind > digits) {
			if (c != '0')
				return false;
			continue;
		}
		if (!num_mul(value, 10, &value) || !num_add(value, c - '0', &value))
			return false;
	}
	if (seen == 0)
		return false;
	for (; behind < digits; behind++)
		if (!num_mul(value, 10, &value))
			return false;
	*out = negative ? -value : value;
	return true;
}

bool
num_add(int64_t a, int64_t b, int64_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

bool
num_mul(int64_t a, int64_t b, int64_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

bool
num_mul_div(int64_t a, int64_t b, int64_t c, int64_t *out)
{
	__int128 product = (__int128)a * b, half = c / 2, q;

	ASSERT(c > 0);
	q = product < 0 ? (product - half) / c : (product + half) / c;
	if (q > INT64_MAX || q < INT64_MIN)
		return false;
	*out = (int64_t)q;
	return true;
}
