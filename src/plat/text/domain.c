#include "plat/text/domain.h"

#include <idn2.h>

#define PUNYCODE "xn--"

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Copies the library's text to the arena and frees it. */
static struct str
domain_take(struct arena *a, char *made)
{
	struct str s = str_dup(a, str_z(made));

	idn2_free(made);
	return s;
}

struct str
domain_ascii(struct arena *a, struct str domain)
{
	char *made;

	if (is_ascii(domain))
		return domain;
	if (idn2_to_ascii_8z(str_dup(a, domain).p, &made, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return domain;
	return domain_take(a, made);
}

struct str
domain_shown(struct arena *a, struct str mail)
{
	ptrdiff_t at = str_chr(mail, '@');
	struct str domain = str_from(mail, at < 0 ? mail.n : (size_t)at + 1);
	char *made;

	if (str_find(str_lower(a, domain), STR(PUNYCODE)) < 0
	    || idn2_to_unicode_8z8z(str_dup(a, domain).p, &made, 0) != IDN2_OK)
		return mail;
	domain = domain_take(a, made);
	return str_fmt(a, "%.*s@%.*s", (int)at, mail.p, STR_ARG(domain));
}
