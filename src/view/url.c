#include "view/url.h"

#include "base/num.h"

#define URL_MAX_B 8192

/* On entry u->host is all after "://". */
static bool
take_host(struct urls *u)
{
	ptrdiff_t colon = str_chr(u->host, ':');
	struct str name = colon < 0 ? u->host : str_head(u->host, (size_t)colon);
	uint64_t port = u->https ? 443 : 80;

	if (colon >= 0 && !num_u64(str_from(u->host, (size_t)colon + 1), 1, 65535, &port))
		return false;
	u->name = name;
	u->port = (unsigned)port;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
			|| c == '.'))
			return false;
	}
	return name.n > 0;
}

static bool
path_is_sound(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
			|| c == '_' || c == '~' || c == '/'))
			return false;
	}
	return str_find(path, STR("//")) < 0;
}

bool
urls_init(struct urls *u, struct str site_url, struct err *e)
{
	struct str rest;
	size_t head;
	ptrdiff_t slash;

	u->https = str_starts(site_url, STR("https://"));
	head = u->https ? 8 : 7;
	if (!u->https && !str_starts(site_url, STR("http://")))
		return err_set(
		    e, ERR_INPUT, "'%.*s' does not begin with http:// or https://", STR_ARG(str_head(site_url, 80)));
	rest = str_from(site_url, head);
	slash = str_chr(rest, '/');
	u->base = slash < 0 ? STR("") : str_from(rest, (size_t)slash);
	while (str_ends(u->base, STR("/")))
		u->base.n--;
	u->origin = str_head(site_url, slash < 0 ? site_url.n : head + (size_t)slash);
	u->host = str_from(u->origin, head);
	if (!take_host(u) || !path_is_sound(u->base))
		return err_set(e, ERR_INPUT, "'%.*s' is not a valid http(s) URL", STR_ARG(str_head(site_url, 80)));
	return true;
}

static const char *const patterns[URL__MAX] = {
#define ROUTE(kind, method, name, class, pattern, template, flags, deadline_ms, limits) [URL_##name] = pattern,
#include "view/routes.def"
};

struct str
url_fill(const struct urls *u, struct arena *a, const struct lang *l, const char *pattern, struct str part)
{
	struct str rest = str_z(pattern), text;
	struct buf b;
	bool variable = false;

	buf_init(&b, a, URL_MAX_B);
	buf_put(&b, u->base);
	while (str_cut(&rest, '{', &text)) {
		struct str name;

		if (variable && str_cut(&text, '}', &name)) {
			if (str_eq_z(name, "lang"))
				buf_put(&b, l->path);
			else
				buf_url(&b, part);
		}
		buf_put(&b, text);
		variable = true;
	}
	return buf_str(&b);
}

struct str
url_to(const struct urls *u, struct arena *a, const struct lang *l, enum url_name name, struct str part)
{
	ASSERT(name < URL__MAX);
	return url_fill(u, a, l, patterns[name], part);
}

struct str
url_query(struct arena *a, struct str url, const char *name, struct str value)
{
	struct buf b;

	if (value.n == 0)
		return url;
	buf_init(&b, a, URL_MAX_B);
	buf_put(&b, url);
	buf_ch(&b, str_chr(url, '?') < 0 ? '?' : '&');
	buf_z(&b, name);
	buf_ch(&b, '=');
	buf_url(&b, value);
	return buf_str(&b);
}

struct str
url_product(const struct urls *u, struct arena *a, const struct lang *l, struct str handle, uint64_t variant)
{
	struct str url = url_to(u, a, l, URL_product, handle);

	return variant == 0 ? url : str_fmt(a, "%.*s?v=%llu", STR_ARG(url), (unsigned long long)variant);
}

struct str
url_in(const struct urls *u, struct arena *a, const struct lang *l, struct str rest)
{
	return str_fmt(a, "%.*s/%.*s%s%.*s", STR_ARG(u->base), STR_ARG(l->path), str_starts(rest, STR("/")) ? "" : "/",
	    STR_ARG(rest));
}

struct str
url_static(const struct urls *u, struct arena *a, struct str name)
{
	return url_fill(u, a, NULL, "/static/{name}", name);
}

struct str
url_media(const struct urls *u, struct arena *a, struct str hash, const char *size)
{
	struct buf b;

	buf_init(&b, a, URL_MAX_B);
	buf_put(&b, u->base);
	buf_z(&b, "/media/");
	buf_url(&b, str_head(hash, 2));
	buf_ch(&b, '/');
	buf_url(&b, hash);
	buf_ch(&b, '-');
	buf_z(&b, size);
	buf_put(&b, STR(".webp"));
	return buf_str(&b);
}

struct str
url_absolute(const struct urls *u, struct arena *a, struct str path)
{
	struct buf b;

	if (!str_starts(path, STR("/")))
		return path;
	buf_init(&b, a, URL_MAX_B);
	buf_put(&b, u->origin);
	buf_put(&b, path);
	return buf_str(&b);
}
