#include "serve/cookie.h"

#include "plat/text/form.h"
#include "plat/text/secret.h"

#define HOST_PREFIX "__Host-"

struct cookie_names
cookie_names(struct arena *a, const char *name, struct str url, bool https)
{
	const char *prefix = https ? HOST_PREFIX : "";
	ptrdiff_t scheme = str_find(url, STR("://"));
	struct str place = str_from(url, scheme < 0 ? 0 : (size_t)scheme + 3);
	struct cookie_names names;

	if (str_ends(place, STR("/")))
		place = str_head(place, place.n - 1);
	names.own = str_fmt(a, "%s-%08x", name, (unsigned)str_hash(str_lower(a, place)));
	names.sent = str_fmt(a, "%s%.*s", prefix, STR_ARG(names.own));
	names.former = str_fmt(a, "%s%s", prefix, name);
	return names;
}

static void
take_tokens(struct str header, struct str name, struct cookie_tokens *tokens)
{
	struct str value;

	while (tokens->n < COOKIE_TOKENS_MAX && form_cookie(&header, name, &value))
		if (secret_is_token(value))
			tokens->v[tokens->n++] = value;
}

struct cookie_tokens
cookie_tokens(const struct cookie_names *names, struct str header)
{
	struct cookie_tokens tokens = {.n = 0};

	take_tokens(header, names->sent, &tokens);
	if (tokens.n == 0)
		take_tokens(header, names->former, &tokens);
	return tokens;
}
