#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
buf_init(struct buf *b, struct arena *a, size_t max_b)
{
	*b = (struct buf){.a = a, .max_b = max_b};
}

/* The slow path of reserve(). */
static bool
grow(struct buf *b, size_t more)
{
	size_t cap_b;
	char *p;

	if (b->over)
		return false;
	if (more > b->max_b || b->n > b->max_b - more) {
		b->over = true;
		return false;
	}
	cap_b = b->cap_b < 256 ? 512 : b->cap_b * 2;
	if (cap_b < b->n + more + 1)
		cap_b = b->n + more + 1;
	if (arena_extend(b->a, b->p, b->cap_b, cap_b)) {
		b->cap_b = cap_b;
		return true;
	}
	p = arena_try_room(b->a, cap_b);
	if (p == NULL) {
		b->over = true;
		return false;
	}
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap_b = cap_b;
	return true;
}

/* Makes room for `more` bytes and a NUL; otherwise sets `over` and returns false. */
static inline bool
reserve(struct buf *b, size_t more)
{
	if (!b->over && more < b->cap_b - b->n && more <= b->max_b - b->n)
		return true;
	return grow(b, more);
}

void
buf_put(struct buf *b, struct str s)
{
	if (s.n == 0 || !reserve(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void
buf_z(struct buf *b, const char *z)
{
	buf_put(b, str_z(z));
}

void
buf_ch(struct buf *b, char c)
{
	if (!reserve(b, 1))
		return;
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (!reserve(b, 0))
		return;
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, b->cap_b - b->n, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->over = true;
		return;
	}
	if ((size_t)n >= b->cap_b - b->n || (size_t)n > b->max_b - b->n) {
		b->p[b->n] = '\0';
		if (!reserve(b, (size_t)n))
			return;
		va_start(ap, fmt);
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
}

void
buf_u64(struct buf *b, uint64_t u)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + u % 10);
		u /= 10;
	} while (u != 0);
	buf_put(b, str_n(digits + i, sizeof(digits) - i));
}

void
buf_i64(struct buf *b, int64_t i)
{
	if (i < 0)
		buf_ch(b, '-');
	buf_u64(b, i < 0 ? ~(uint64_t)i + 1 : (uint64_t)i);
}

void
buf_hex(struct buf *b, uint64_t u)
{
	char digits[16];
	size_t i = sizeof(digits);

	do {
		digits[--i] = "0123456789abcdef"[u & 15];
		u >>= 4;
	} while (u != 0);
	buf_put(b, str_n(digits + i, sizeof(digits) - i));
}

void
buf_html(struct buf *b, struct str s)
{
	static const char *const escapes[256] = {
	    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
	size_t start = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *z = escapes[(unsigned char)s.p[i]];

		if (z == NULL)
			continue;
		buf_put(b, str_n(s.p + start, i - start));
		buf_z(b, z);
		start = i + 1;
	}
	buf_put(b, str_from(s, start));
}

void
buf_url(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
		    || c == '_' || c == '~') {
			buf_ch(b, (char)c);
		} else {
			const char esc[3] = {'%', hex[c >> 4], hex[c & 15]};

			buf_put(b, str_n(esc, 3));
		}
	}
}

void
buf_json(struct buf *b, struct str s)
{
	size_t start = 0;

	buf_ch(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		size_t len = 1;
		char esc[8];

		if (c > '>' && c != '\\' && c != 0x7f && c != 0xe2)
			continue;
		if (c == '"' || c == '\\') {
			snprintf(esc, sizeof(esc), "\\%c", c);
		} else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x7f) {
			snprintf(esc, sizeof(esc), "\\u%04x", c);
		} else if (c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80
		    && ((unsigned char)s.p[i + 2] & 0xfe) == 0xa8) {
			snprintf(esc, sizeof(esc), "\\u20%02x", (unsigned char)s.p[i + 2] - 0x80);
			len = 3;
		} else {
			continue;
		}
		buf_put(b, str_n(s.p + start, i - start));
		buf_z(b, esc);
		i += len - 1;
		start = i + 1;
	}
	buf_put(b, str_from(s, start));
	buf_ch(b, '"');
}

struct str
buf_str(const struct buf *b)
{
	return b->p == NULL ? STR("") : str_n(b->p, b->n);
}

bool
buf_check(const struct buf *b, struct err *e)
{
	return !b->over || err_set(e, ERR_LIMIT, "output exceeds its limit of %zu bytes", b->max_b);
}

void
buf_utf8(struct buf *b, uint32_t cp)
{
	char out[4];
	size_t n;

	if (cp < 0x80) {
		out[0] = (char)cp;
		n = 1;
	} else if (cp < 0x800) {
		out[0] = (char)(0xc0 | (cp >> 6));
		out[1] = (char)(0x80 | (cp & 0x3f));
		n = 2;
	} else if (cp < 0x10000) {
		out[0] = (char)(0xe0 | (cp >> 12));
		out[1] = (char)(0x80 | ((cp >> 6) & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		n = 3;
	} else {
		out[0] = (char)(0xf0 | (cp >> 18));
		out[1] = (char)(0x80 | ((cp >> 12) & 0x3f));
		out[2] = (char)(0x80 | ((cp >> 6) & 0x3f));
		out[3] = (char)(0x80 | (cp & 0x3f));
		n = 4;
	}
	buf_put(b, str_n(out, n));
}
