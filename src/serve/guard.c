#include "serve/guard.h"

#include "plat/text/secret.h"

bool
guard_same_site(const struct guard_source *s, struct str site, struct err *e)
{
	ptrdiff_t scheme = str_find(site, STR("://"));
	struct str prefix = str_head(site, scheme < 0 ? 0 : (size_t)scheme + 3);

	if (s->sec_fetch_site.n > 0)
		return str_eq_z(s->sec_fetch_site, "same-origin")
		    || err_set(e, ERR_DENIED, "the form was sent by another site");
	if (s->origin.n == 0)
		return err_set(e, ERR_DENIED, "the form was sent without an origin");
	if (str_eq_case(s->origin, site))
		return true;
	if (s->host.n > 0 && prefix.n > 0 && str_eq_case(str_head(s->origin, prefix.n), prefix)
	    && str_eq_case(str_from(s->origin, prefix.n), s->host))
		return true;
	return err_set(e, ERR_DENIED, "the form was sent by another origin");
}

bool
guard_token(struct str given, struct str wanted, struct err *e)
{
	if (wanted.n > 0 && secret_equal(given, wanted))
		return true;
	return err_set(e, ERR_DENIED, "the form does not contain the session's token");
}
