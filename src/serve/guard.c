#include "serve/guard.h"

#include "plat/text/secret.h"

/* "https://example.org" of "https://example.org/en/cart?v=1". */
static struct str
origin_of(struct str url)
{
	ptrdiff_t scheme = str_find(url, STR("://"));
	size_t end;

	if (scheme < 0)
		return url;
	for (end = (size_t)scheme + 3; end < url.n && str_chr(STR("/?#"), url.p[end]) < 0;)
		end++;
	return str_head(url, end);
}

static bool
guard_matches(const struct guard_source *s, struct str origin, struct str site)
{
	ptrdiff_t scheme = str_find(site, STR("://"));
	struct str prefix = str_head(site, scheme < 0 ? 0 : (size_t)scheme + 3);

	return str_eq_case(origin, site)
	       || (s->host.n > 0 && prefix.n > 0 && str_eq_case(str_head(origin, prefix.n), prefix)
		   && str_eq_case(str_from(origin, prefix.n), s->host));
}

bool
guard_same_site(const struct guard_source *s, struct str site, struct err *e)
{
	if (s->sec_fetch_site.n > 0)
		return str_eq_z(s->sec_fetch_site, "same-origin")
		       || err_set(e, ERR_DENIED, "the form was sent by another site");
	if (s->origin.n > 0)
		return guard_matches(s, s->origin, site)
		       || err_set(e, ERR_DENIED, "the form was sent by another origin");
	if (s->referer.n > 0)
		return guard_matches(s, origin_of(s->referer), site)
		       || err_set(e, ERR_DENIED, "the form was sent by a page of another origin");
	return err_set(e, ERR_DENIED, "the form was sent without an origin");
}

bool
guard_token(struct str given, struct str wanted, struct err *e)
{
	if (wanted.n > 0 && secret_equal(given, wanted))
		return true;
	return err_set(e, ERR_DENIED, "the form does not contain the session's token");
}
