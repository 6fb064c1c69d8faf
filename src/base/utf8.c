#include "base/utf8.h"

bool
utf8_next(struct str *s, uint32_t *cp)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c;
	uint32_t u;
	size_t n;

	if (s->n == 0)
		return false;
	c = (unsigned char)s->p[0];
	if (c < 0x80) {
		n = 1;
		u = c;
	} else if (c >= 0xc2 && c < 0xe0) {
		n = 2;
		u = c & 0x1fu;
	} else if (c >= 0xe0 && c < 0xf0) {
		n = 3;
		u = c & 0x0fu;
	} else if (c >= 0xf0 && c < 0xf5) {
		n = 4;
		u = c & 0x07u;
	} else {
		return false;
	}
	if (s->n < n)
		return false;
	for (size_t i = 1; i < n; i++) {
		unsigned char d = (unsigned char)s->p[i];

		if ((d & 0xc0) != 0x80)
			return false;
		u = (u << 6) | (d & 0x3fu);
	}
	if (u < least[n] || u > 0x10ffff || (u >= 0xd800 && u < 0xe000))
		return false;
	*cp = u;
	*s = str_from(*s, n);
	return true;
}

bool
utf8_valid(struct str s)
{
	uint32_t cp;

	while (s.n > 0)
		if (!utf8_next(&s, &cp))
			return false;
	return true;
}

size_t
utf8_len(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

struct str
utf8_head(struct str s, size_t max_b)
{
	if (s.n <= max_b)
		return s;
	while (max_b > 0 && ((unsigned char)s.p[max_b] & 0xc0) == 0x80)
		max_b--;
	return str_head(s, max_b);
}
