#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HASH_M UINT64_C(0xc6a4a7935bd1e995)

struct str
str_z(const char *z)
{
	return z == NULL ? STR_NONE : (struct str){z, strlen(z)};
}

struct str
str_n(const void *p, size_t n)
{
	return (struct str){p, n};
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eq_z(struct str a, const char *z)
{
	return str_eq(a, str_z(z));
}

bool
str_eq_case(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

int
str_order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool
str_starts(struct str s, struct str head)
{
	return s.n >= head.n && str_eq(str_head(s, head.n), head);
}

bool
str_ends(struct str s, struct str tail)
{
	return s.n >= tail.n && str_eq(str_from(s, s.n - tail.n), tail);
}

ptrdiff_t
str_chr(struct str s, char c)
{
	const char *p = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	return p == NULL ? -1 : p - s.p;
}

ptrdiff_t
str_find(struct str s, struct str needle)
{
	const char *p;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return -1;
	p = memmem(s.p, s.n, needle.p, needle.n);
	return p == NULL ? -1 : p - s.p;
}

struct str
str_from(struct str s, size_t start)
{
	return start >= s.n ? (struct str){s.p == NULL ? NULL : s.p + s.n, 0} : (struct str){s.p + start, s.n - start};
}

struct str
str_head(struct str s, size_t n)
{
	return (struct str){s.p, n < s.n ? n : s.n};
}

static bool
str_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && str_is_blank(s.p[0]))
		s = str_from(s, 1);
	while (s.n > 0 && str_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_cut(struct str *rest, char sep, struct str *part)
{
	ptrdiff_t i;

	if (rest->p == NULL)
		return false;
	i = str_chr(*rest, sep);
	if (i < 0) {
		*part = *rest;
		*rest = STR_NONE;
	} else {
		*part = str_head(*rest, (size_t)i);
		*rest = str_from(*rest, (size_t)i + 1);
	}
	return true;
}

void
str_copy(char *to, size_t size_b, struct str s)
{
	s = str_head(s, size_b - 1);
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

struct str
str_dup(struct arena *a, struct str s)
{
	char *p = arena_room(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){p, s.n};
}

struct str
str_lower(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	return (struct str){p, s.n};
}

struct str
str_fmt(struct arena *a, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(small))
		return str_dup(a, str_n(small, (size_t)n));
	p = arena_room(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){p, (size_t)n};
}

const char *
str_zdup(struct arena *a, struct str s)
{
	return str_dup(a, s).p;
}

static uint64_t
hash_word(uint64_t hash, uint64_t word)
{
	word *= HASH_M;
	word ^= word >> 47;
	return (hash ^ word * HASH_M) * HASH_M;
}

uint64_t
str_hash_more(uint64_t hash, struct str s)
{
	size_t whole_b = s.n & ~(size_t)7;
	uint64_t word;

	hash ^= s.n * HASH_M;
	for (size_t i = 0; i < whole_b; i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		hash = hash_word(hash, word);
	}
	if (whole_b < s.n) {
		word = 0;
		memcpy(&word, s.p + whole_b, s.n - whole_b);
		hash = hash_word(hash, word);
	}
	hash = (hash ^ hash >> 47) * HASH_M;
	return hash ^ hash >> 47;
}

uint64_t
str_hash(struct str s)
{
	return str_hash_more(UINT64_C(0x9ae16a3b2f90404f), s);
}
