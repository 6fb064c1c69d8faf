#include "plat/text/clean.h"

#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "plat/text/domain.h"

#define UTF8_MAX_B 4 /* of a code point */
#define BRAILLE_BLANK 0x2800
#define POSTAL_MARK 0x3012

enum clean_as { CLEAN_LINE, CLEAN_TEXT, CLEAN_WORDS };

static utf8proc_category_t
category(uint32_t cp)
{
	return utf8proc_category((utf8proc_int32_t)cp);
}

static bool
is_line_end(uint32_t cp)
{
	return (cp >= '\n' && cp <= '\r') || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

static bool
is_joiner(uint32_t cp)
{
	return cp == 0x200c || cp == 0x200d || cp == 0x034f;
}

static bool
is_selector(uint32_t cp)
{
	return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef) || (cp >= 0x180b && cp <= 0x180d);
}

/* Of the format characters, only those that enclose the digits behind them are visible. */
static bool
is_invisible(uint32_t cp)
{
	const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);

	return p->category == UTF8PROC_CATEGORY_CC || p->ignorable
	       || (p->category == UTF8PROC_CATEGORY_CF && p->boundclass != UTF8PROC_BOUNDCLASS_PREPEND);
}

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || (s.p[i] == ' ' && i > 0 && s.p[i - 1] == ' '))
			return false;
	return true;
}

struct cleaning {
	enum clean_as as;
	struct buf out;
	uint32_t last;   /* the character before; 0: none yet, or a blank */
	uint32_t joiner; /* seen behind it */
	bool blank;      /* `last` is a blank */
};

static void
put_visible(struct cleaning *c, uint32_t cp)
{
	if (c->joiner != 0)
		buf_utf8(&c->out, c->joiner);
	buf_utf8(&c->out, cp);
	c->last = cp;
	c->joiner = 0;
	c->blank = false;
}

static void
put_blank(struct cleaning *c, uint32_t cp)
{
	if (c->as == CLEAN_TEXT || !c->blank)
		buf_utf8(&c->out, cp);
	c->last = c->joiner = 0;
	c->blank = true;
}

static void
clean_put(struct cleaning *c, uint32_t cp)
{
	bool text = c->as == CLEAN_TEXT, letters = c->as != CLEAN_WORDS;

	if (is_line_end(cp))
		put_blank(c, text ? '\n' : ' ');
	else if (cp == '\t' || cp == BRAILLE_BLANK)
		put_blank(c, ' ');
	else if (category(cp) == UTF8PROC_CATEGORY_ZS)
		put_blank(c, text ? cp : ' ');
	else if (is_joiner(cp))
		c->joiner = letters && c->last != 0 ? cp : 0;
	else if (is_selector(cp)) {
		if (letters && c->last != 0)
			buf_utf8(&c->out, cp);
	} else if (!is_invisible(cp))
		put_visible(c, cp);
}

static struct str
without_invisible(struct arena *a, struct str typed, enum clean_as as)
{
	struct cleaning c = {.as = as};
	uint32_t cp, before = 0;

	buf_init(&c.out, a, typed.n + 1);
	while (utf8_next(&typed, &cp)) {
		if (cp != '\n' || before != '\r')
			clean_put(&c, cp);
		before = cp;
	}
	return buf_str(&c.out);
}

/* A few characters have a longer NFC. Such a text stays as it is, since its length was counted before. */
static struct str
normal_form(struct arena *a, struct str s, bool compatible)
{
	const utf8proc_option_t how = UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s.p;
	utf8proc_ssize_t n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, NULL, 0, how);
	utf8proc_int32_t *cps = n < 1 ? NULL : arena_try(a, ((size_t)n + 1) * sizeof(*cps));
	struct buf b;

	if (cps == NULL)
		return s;
	n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, cps, n, how);
	n = utf8proc_normalize_utf32(cps, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	if (!compatible && (size_t)n > utf8_len(s))
		return s;
	buf_init(&b, a, (size_t)n * UTF8_MAX_B + 1);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		buf_utf8(&b, (uint32_t)cps[i]);
	return buf_str(&b);
}

static struct str
clean_run(struct arena *a, struct str typed, enum clean_as as)
{
	typed = str_trim(typed);
	if (is_printable(typed))
		return typed;
	return str_trim(normal_form(a, str_trim(without_invisible(a, typed, as)), as == CLEAN_WORDS));
}

struct str
clean_line(struct arena *a, struct str typed)
{
	return clean_run(a, typed, CLEAN_LINE);
}

struct str
clean_text(struct arena *a, struct str typed)
{
	return clean_run(a, typed, CLEAN_TEXT);
}

struct str
clean_words(struct arena *a, struct str typed)
{
	return clean_run(a, typed, CLEAN_WORDS);
}

/* The decimal digits of a script are ten code points in a row. */
static uint32_t
digit_of(uint32_t cp)
{
	uint32_t n = 0;

	while (n < 9 && category(cp - n - 1) == UTF8PROC_CATEGORY_ND)
		n++;
	return '0' + n;
}

/* Between digits, these are typed for the dash that they look like: the Japanese sign of a long vowel, a line of a box,
 * the Chinese numeral one. */
static bool
looks_like_dash(uint32_t cp)
{
	return cp == 0x30fc || cp == 0x2500 || cp == 0x4e00;
}

static uint32_t
as_ascii(uint32_t cp, uint32_t before)
{
	if (cp < 0x80)
		return cp;
	if (category(cp) == UTF8PROC_CATEGORY_ND)
		return digit_of(cp);
	if (category(cp) == UTF8PROC_CATEGORY_PD || cp == 0x2212 || cp == 0x02d7 || cp == 0x2043)
		return '-';
	if (looks_like_dash(cp) && before >= '0' && before <= '9')
		return '-';
	return cp == 0x2018 || cp == 0x2019 || cp == 0x02bc ? '\'' : cp;
}

struct str
clean_code(struct arena *a, struct str typed)
{
	struct str rest = clean_words(a, typed);
	uint32_t cp, before = 0;
	struct buf b;

	if (is_printable(rest))
		return rest;
	buf_init(&b, a, rest.n + 1);
	while (utf8_next(&rest, &cp)) {
		if (cp == POSTAL_MARK)
			continue;
		before = as_ascii(cp, before);
		buf_utf8(&b, before);
	}
	return str_trim(buf_str(&b));
}

static bool
is_phone(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (str_chr(STR(" +-/()."), s.p[i]) < 0)
			return false;
	}
	return digits > 0;
}

static struct str
without_scheme(struct str s, struct str scheme)
{
	return str_eq_case(str_head(s, scheme.n), scheme) ? str_trim(str_from(s, scheme.n)) : s;
}

struct str
clean_phone(struct arena *a, struct str typed)
{
	struct str code = without_scheme(clean_code(a, typed), STR("tel:"));

	return is_phone(code) ? code : clean_line(a, typed);
}

/* "Name <address>" */
static struct str
within_brackets(struct str s)
{
	struct str inner = s, name;

	if (!str_ends(s, STR(">")))
		return s;
	while (str_cut(&s, '<', &name) && s.n > 0)
		inner = str_head(s, s.n - 1);
	return inner;
}

static struct str
unwrap_mail(struct str s)
{
	struct str inner = within_brackets(s), bare = without_scheme(inner, STR("mailto:"));

	if (bare.n < inner.n && str_chr(bare, '?') >= 0)
		bare = str_head(bare, (size_t)str_chr(bare, '?'));
	while (bare.n > 0 && str_chr(STR(".,;: "), bare.p[bare.n - 1]) >= 0)
		bare = str_head(bare, bare.n - 1);
	return bare;
}

struct str
clean_mail(struct arena *a, struct str typed)
{
	struct str mail = unwrap_mail(clean_code(a, typed)), local, domain = mail;

	if (!str_cut(&domain, '@', &local) || domain.n == 0)
		return mail;
	return str_fmt(a, "%.*s@%.*s", STR_ARG(str_trim(local)), STR_ARG(domain_ascii(a, str_trim(domain))));
}

/* The length of a control character at the front; 0: none. */
static size_t
control_b(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c == 0xc2 && s.n > 1 && (unsigned char)s.p[1] < 0xa0)
		return 2;
	return c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r');
}

struct str
clean_controls(struct arena *a, struct str s)
{
	struct str from = s;
	struct buf b;

	buf_init(&b, a, s.n + 1);
	while (s.n > 0) {
		size_t n = control_b(s);

		if (n == 0) {
			s = str_from(s, 1);
			continue;
		}
		buf_put(&b, str_head(from, from.n - s.n));
		from = s = str_from(s, n);
	}
	if (b.n == 0)
		return from;
	buf_put(&b, from);
	return buf_str(&b);
}
