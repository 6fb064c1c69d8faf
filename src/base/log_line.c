#include "base/log_line.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "base/utf8.h"

#define END_B 2 /* a quote and the line end */
#define ESCAPE_B 24

struct spec {
	int precision; /* of a string; -1: none */
	int longs;     /* number of l */
	bool size;     /* z */
	char conversion;
};

static void
line_put(struct log_line *l, const char *p, size_t n)
{
	if (l->full || n > l->cap - END_B - l->n) {
		l->full = true;
		return;
	}
	memcpy(l->p + l->n, p, n);
	l->n += n;
}

void
log_line_z(struct log_line *l, const char *z)
{
	line_put(l, z, strlen(z));
}

/* Characters that a terminal does not show as they stand in the line. */
static bool
is_deceptive(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f)
	    || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff
	    || (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe0fff);
}

static void
put_code_point(struct log_line *l, uint32_t cp, struct str bytes)
{
	char hex[ESCAPE_B];

	if (l->quoted && (cp == '"' || cp == '\\'))
		snprintf(hex, sizeof(hex), "\\%c", (char)cp);
	else if (cp == '\n' || cp == '\t')
		snprintf(hex, sizeof(hex), "%s", cp == '\n' ? "\\n" : "\\t");
	else if (cp < 0x80 && (cp == '=' || cp == '"' || cp == '\\' || (cp == ' ' && !l->quoted) || is_deceptive(cp)))
		snprintf(hex, sizeof(hex), "\\x%02x", (unsigned)cp);
	else if (is_deceptive(cp))
		snprintf(hex, sizeof(hex), cp > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)cp);
	else {
		line_put(l, bytes.p, bytes.n);
		return;
	}
	log_line_z(l, hex);
}

static void
put_value(struct log_line *l, struct str value)
{
	while (value.n > 0) {
		struct str rest = value;
		char hex[ESCAPE_B];
		uint32_t cp;

		if (utf8_next(&rest, &cp)) {
			put_code_point(l, cp, str_head(value, value.n - rest.n));
			value = rest;
			continue;
		}
		snprintf(hex, sizeof(hex), "\\x%02x", (unsigned)(unsigned char)value.p[0]);
		log_line_z(l, hex);
		value = str_from(value, 1);
	}
}

/* Reads a conversion from *fmt, which points behind the '%'. */
static struct spec
read_spec(const char **fmt, va_list *ap)
{
	struct spec s = {.precision = -1};

	if (strncmp(*fmt, ".*", 2) == 0) {
		s.precision = va_arg(*ap, int);
		*fmt += 2;
	}
	for (; **fmt == 'l' || **fmt == 'z'; (*fmt)++) {
		s.longs += **fmt == 'l';
		s.size = s.size || **fmt == 'z';
	}
	s.conversion = **fmt;
	if (s.conversion != '\0')
		(*fmt)++;
	return s;
}

static void
put_signed(struct log_line *l, const struct spec *s, va_list *ap)
{
	char out[ESCAPE_B];
	long long v = s->size        ? (long long)va_arg(*ap, ssize_t)
	    : s->longs == 2 ? va_arg(*ap, long long)
	    : s->longs == 1 ? va_arg(*ap, long)
			    : va_arg(*ap, int);

	snprintf(out, sizeof(out), "%lld", v);
	log_line_z(l, out);
}

static void
put_unsigned(struct log_line *l, const struct spec *s, va_list *ap)
{
	char out[ESCAPE_B];
	unsigned long long v = s->size ? va_arg(*ap, size_t)
	    : s->longs == 2         ? va_arg(*ap, unsigned long long)
	    : s->longs == 1         ? va_arg(*ap, unsigned long)
				    : va_arg(*ap, unsigned);

	snprintf(out, sizeof(out), s->conversion == 'x' ? "%llx" : "%llu", v);
	log_line_z(l, out);
}

/* False at a conversion that is not known: the arguments behind it cannot be found. */
static bool
put_argument(struct log_line *l, const struct spec *s, va_list *ap)
{
	const char *z;

	switch (s->conversion) {
	case 's':
		z = va_arg(*ap, const char *);
		if (z == NULL)
			z = "";
		put_value(l, str_n(z, s->precision < 0 ? strlen(z) : strnlen(z, (size_t)s->precision)));
		return true;
	case 'd':
		put_signed(l, s, ap);
		return true;
	case 'u':
	case 'x':
		put_unsigned(l, s, ap);
		return true;
	case '%':
		log_line_z(l, "%");
		return true;
	default:
		return false;
	}
}

void
log_line_fmt(struct log_line *l, const char *fmt, va_list args)
{
	va_list ap;

	va_copy(ap, args);
	while (*fmt != '\0') {
		size_t n = strcspn(fmt, "%\"");

		line_put(l, fmt, n);
		fmt += n;
		if (*fmt == '"') {
			line_put(l, fmt++, 1);
			l->quoted = l->full ? l->quoted : !l->quoted;
		} else if (*fmt == '%') {
			struct spec s;

			fmt++;
			s = read_spec(&fmt, &ap);
			if (!put_argument(l, &s, &ap))
				break;
		}
	}
	va_end(ap);
}

void
log_line_end(struct log_line *l)
{
	if (l->quoted)
		l->p[l->n++] = '"';
	l->p[l->n++] = '\n';
	l->quoted = false;
}
