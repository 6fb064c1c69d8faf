#include "shop/mail_hint.h"

#include <string.h>

/* Endings that no registry has. */
static const struct {
	struct str wrong, right;
} endings[] = {{STR_INIT("con"), STR_INIT("com")}, {STR_INIT("cmo"), STR_INIT("com")},
    {STR_INIT("ocm"), STR_INIT("com")}, {STR_INIT("comm"), STR_INIT("com")}, {STR_INIT("coom"), STR_INIT("com")},
    {STR_INIT("cim"), STR_INIT("com")}, {STR_INIT("cpm"), STR_INIT("com")}, {STR_INIT("vom"), STR_INIT("com")},
    {STR_INIT("xom"), STR_INIT("com")}, {STR_INIT("nett"), STR_INIT("net")}, {STR_INIT("nte"), STR_INIT("net")},
    {STR_INIT("ogr"), STR_INIT("org")}, {STR_INIT("orgg"), STR_INIT("org")}, {STR_INIT("dee"), STR_INIT("de")}};

/* Providers with names long enough that a domain one letter away is hardly another company's. */
static const struct str providers[] = {STR_INIT("gmail.com"), STR_INIT("googlemail.com"), STR_INIT("hotmail.com"),
    STR_INIT("hotmail.de"), STR_INIT("hotmail.fr"), STR_INIT("hotmail.it"), STR_INIT("hotmail.es"),
    STR_INIT("hotmail.co.uk"), STR_INIT("outlook.com"), STR_INIT("outlook.de"), STR_INIT("outlook.fr"),
    STR_INIT("yahoo.com"), STR_INIT("yahoo.de"), STR_INIT("yahoo.fr"), STR_INIT("yahoo.it"), STR_INIT("yahoo.es"),
    STR_INIT("yahoo.co.uk"), STR_INIT("yahoo.co.jp"), STR_INIT("icloud.com"), STR_INIT("t-online.de"),
    STR_INIT("freenet.de"), STR_INIT("posteo.de"), STR_INIT("orange.fr"), STR_INIT("wanadoo.fr"),
    STR_INIT("laposte.net"), STR_INIT("libero.it"), STR_INIT("protonmail.com"), STR_INIT("comcast.net")};

/* Real domains that are one letter away from a provider's. */
static const struct str others[] = {
    STR_INIT("ymail.com"), STR_INIT("email.com"), STR_INIT("mail.com"), STR_INIT("cloud.com")};

static bool
listed(const struct str *list, size_t n, struct str domain)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], domain))
			return true;
	return false;
}

/* True if one letter is missing, superfluous or wrong, or two neighbours are exchanged. */
static bool
one_slip(struct str a, struct str b)
{
	size_t i = 0;
	struct str x, y;

	while (i < a.n && i < b.n && a.p[i] == b.p[i])
		i++;
	x = str_from(a, i);
	y = str_from(b, i);
	if (a.n != b.n)
		return a.n > b.n ? str_eq(str_from(x, 1), y) : str_eq(x, str_from(y, 1));
	return x.n > 0
	    && (str_eq(str_from(x, 1), str_from(y, 1))
		|| (x.n > 1 && x.p[0] == y.p[1] && x.p[1] == y.p[0] && str_eq(str_from(x, 2), str_from(y, 2))));
}

/* hotmail.be beside hotmail.de: the same provider in another country. */
static bool
other_country(struct str a, struct str b)
{
	return a.n > 3 && a.n == b.n && a.p[a.n - 3] == '.' && memcmp(a.p, b.p, a.n - 2) == 0;
}

static struct str
with_ending(struct arena *a, struct str domain)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		struct str wrong = endings[i].wrong;

		if (domain.n > wrong.n + 1 && str_ends(domain, wrong) && domain.p[domain.n - wrong.n - 1] == '.')
			return str_fmt(a, "%.*s%.*s", (int)(domain.n - wrong.n), domain.p, STR_ARG(endings[i].right));
	}
	return domain;
}

bool
mail_hint(struct arena *a, struct str email, struct str *out)
{
	size_t n = ARRAY_LEN(providers), at = email.n;
	struct str typed, domain;

	while (at > 0 && email.p[at - 1] != '@')
		at--;
	typed = str_lower(a, str_from(email, at));
	if (at < 2 || listed(providers, n, typed) || listed(others, ARRAY_LEN(others), typed))
		return false;
	domain = with_ending(a, typed);
	for (size_t i = 0; i < n; i++)
		if (one_slip(domain, providers[i]) && !other_country(domain, providers[i])) {
			domain = providers[i];
			break;
		}
	if (str_eq(domain, typed))
		return false;
	*out = str_fmt(a, "%.*s%.*s", (int)at, email.p, STR_ARG(domain));
	return true;
}
