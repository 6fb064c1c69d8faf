#include "plat/mail/mail_address.h"

#include <string.h>

#include "plat/text/domain.h"

#define LOCAL_MAX_B 64 /* RFC 5321, 4.5.3.1 */
#define ADDRESS_MAX_B 254
#define LABEL_MAX_B 63

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Dots may stand anywhere: some providers gave out addresses such as "a..b." */
static bool
is_local(struct str s)
{
	static const char more[] = "!#$%&'*+-/=?^_`{|}~.";

	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && memchr(more, s.p[i], sizeof(more) - 1) == NULL)
			return false;
	return s.n > 0 && s.n <= LOCAL_MAX_B;
}

static bool
is_label(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= LABEL_MAX_B && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

struct str
mail_address_domain(struct str s)
{
	ptrdiff_t at = str_chr(s, '@');

	return at < 0 ? STR_NONE : str_from(s, (size_t)at + 1);
}

bool
mail_address_ok(struct str s)
{
	ptrdiff_t at = str_chr(s, '@');
	struct str rest = mail_address_domain(s), label;

	if (at < 0 || s.n > ADDRESS_MAX_B || rest.n == 0 || !is_local(str_head(s, (size_t)at)))
		return false;
	while (str_cut(&rest, '.', &label))
		if (!is_label(label))
			return false;
	return true;
}

static bool
has_other_letters(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

bool
mail_address_get(struct arena *a, struct str typed, struct str *out, struct err *e)
{
	ptrdiff_t at = str_chr(typed, '@');
	struct str domain;

	for (size_t i = 0; i < typed.n; i++)
		if ((unsigned char)typed.p[i] < ' ' || typed.p[i] == 0x7f)
			return err_set(e, ERR_INPUT, "a mail address contains a control character");
	if (at < 0)
		return err_set(e, ERR_INPUT, "\"%.*s\" is not a mail address", STR_ARG(str_head(typed, ADDRESS_MAX_B)));
	if (has_other_letters(str_head(typed, (size_t)at)))
		return err_set(e, ERR_INPUT,
		    "\"%.*s\": mail servers take only ASCII letters, digits and signs before the @",
		    STR_ARG(str_head(typed, ADDRESS_MAX_B)));
	domain = domain_ascii(a, mail_address_domain(typed));
	*out = str_fmt(a, "%.*s@%.*s", (int)at, typed.p, STR_ARG(domain));
	return mail_address_ok(*out)
	       || err_set(e, ERR_INPUT, "\"%.*s\" is not a mail address", STR_ARG(str_head(typed, ADDRESS_MAX_B)));
}
