#include "shop/postcode.h"

#include "base/err.h"
#include "base/utf8.h"

#define TYPED_MAX 64
#define POSTCODE_MAX 16
#define FOREIGN '?' /* a letter that no form has */

/* The digits and letters of a text, in upper case, and where one of them may begin or end a postcode. */
struct typed {
	char c[TYPED_MAX];
	bool edge[TYPED_MAX + 1];
	size_t n;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The value of a decimal digit of the scripts whose keyboards write their own; -1: none. */
static int
digit_value(uint32_t cp)
{
	static const uint32_t zeros[] = {'0', 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6,
	    0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xff10};

	for (size_t i = 0; i < ARRAY_LEN(zeros); i++)
		if (cp >= zeros[i] && cp < zeros[i] + 10)
			return (int)(cp - zeros[i]);
	return -1;
}

/* '\0': not part of a code, such as a blank, a dash, or a postal mark. */
static char
ascii_of(uint32_t cp)
{
	int digit = digit_value(cp);

	if (digit >= 0)
		return (char)('0' + digit);
	if (cp >= 0xff21 && cp <= 0xff5a) /* full width */
		cp = cp - 0xff21 + 'A';
	if (cp >= 'a' && cp <= 'z')
		return (char)(cp - 'a' + 'A');
	if (cp >= 'A' && cp <= 'Z')
		return (char)cp;
	if (cp < 0xc0 || (cp >= 0x2000 && cp < 0x3041) || cp == 0x30fc || cp >= 0xfe00)
		return '\0';
	return FOREIGN;
}

/* False when the text is too long to be a postcode. */
static bool
read_typed(struct str s, struct typed *t)
{
	bool gap = true;
	uint32_t cp;

	*t = (struct typed){.n = 0};
	while (utf8_next(&s, &cp)) {
		char c = ascii_of(cp);

		if (c == '\0') {
			gap = true;
			continue;
		}
		if (t->n == TYPED_MAX)
			return false;
		t->edge[t->n] = gap || is_digit(t->c[t->n - 1]) != is_digit(c);
		t->c[t->n++] = c;
		gap = false;
	}
	t->edge[t->n] = true;
	return s.n == 0;
}

static bool
is_filler(char c)
{
	return c == ' ' || c == '-';
}

static bool
fits(char form, char typed)
{
	switch (form) {
	case 'd': return is_digit(typed);
	case 'a': return is_letter(typed);
	case '*': return is_digit(typed) || is_letter(typed);
	default: return form == typed;
	}
}

/* Writes what stands from `at` on in the given form. False when it does not fit; *end is behind it. */
static bool
match(struct str form, const struct typed *t, size_t at, char out[POSTCODE_MAX], size_t *end)
{
	ASSERT(form.n <= POSTCODE_MAX);
	for (size_t f = 0; f < form.n; f++) {
		if (is_filler(form.p[f])) {
			out[f] = form.p[f];
			continue;
		}
		if (at == t->n || !fits(form.p[f], t->c[at]))
			return false;
		out[f] = t->c[at++];
	}
	*end = at;
	return true;
}

static bool
has_digit(const struct typed *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (is_digit(t->c[i]))
			return true;
	return false;
}

/* The whole text, or a part of it with nothing but letters around. */
static bool
find(struct str form, const struct typed *t, bool whole, char out[POSTCODE_MAX])
{
	size_t end;

	for (size_t at = 0; at < t->n && (at == 0 || !whole); at++) {
		if (!t->edge[at] || !match(form, t, at, out, &end))
			continue;
		if (whole ? end == t->n : t->edge[end] && !has_digit(t, 0, at) && !has_digit(t, end, t->n))
			return true;
	}
	return false;
}

bool
postcode_read(struct arena *a, const char *forms, struct str typed, struct str *out)
{
	char written[POSTCODE_MAX];
	struct typed t;

	*out = str_trim(typed);
	if (!read_typed(typed, &t))
		return false;
	for (int whole = 1; whole >= 0; whole--) {
		struct str rest = str_z(forms), form;

		while (str_cut(&rest, '/', &form))
			if (form.n > 0 && find(form, &t, whole != 0, written)) {
				*out = str_dup(a, str_n(written, form.n));
				return true;
			}
	}
	return false;
}
