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
		return err_set(e, ERR_INPUT, "'%.*s' is no address of a shop", STR_ARG(str_head(site_url, 80)));
	return true;
}

/* Starts a URL with "/shop/en" + path; the caller appends the rest. */
static void
url_begin(struct buf *b, const struct urls *u, struct arena *a, const struct lang *l, const char *path)
{
	buf_init(b, a, URL_MAX_B);
	buf_put(b, u->base);
	if (l != NULL) {
		buf_ch(b, '/');
		buf_put(b, l->path);
	}
	buf_z(b, path);
}

static struct str
simple(const struct urls *u, struct arena *a, const struct lang *l, const char *path)
{
	struct buf b;

	url_begin(&b, u, a, l, path);
	return buf_str(&b);
}

/* Appends "?name=value", or "&name=value" after a first pair; nothing when the value is empty. */
static void
put_query(struct buf *b, const char *name, struct str value, bool *any)
{
	if (value.n == 0)
		return;
	buf_ch(b, *any ? '&' : '?');
	buf_z(b, name);
	buf_ch(b, '=');
	buf_url(b, value);
	*any = true;
}

struct str
url_home(const struct urls *u, struct arena *a, const struct lang *l)
{
	return simple(u, a, l, "/");
}

struct str
url_category(const struct urls *u, struct arena *a, const struct lang *l, struct str slug)
{
	return url_category_list(u, a, l, slug, (struct url_list){STR_NONE, STR_NONE});
}

struct str
url_category_list(const struct urls *u, struct arena *a, const struct lang *l, struct str slug, struct url_list list)
{
	struct buf b;
	bool any = false;

	url_begin(&b, u, a, l, "/c/");
	buf_url(&b, slug);
	put_query(&b, "sort", list.sort, &any);
	put_query(&b, "after", list.after, &any);
	return buf_str(&b);
}

struct str
url_product(const struct urls *u, struct arena *a, const struct lang *l, struct str handle, uint64_t variant)
{
	struct buf b;

	url_begin(&b, u, a, l, "/p/");
	buf_url(&b, handle);
	if (variant != 0) {
		buf_put(&b, STR("?v="));
		buf_u64(&b, variant);
	}
	return buf_str(&b);
}

struct str
url_search(const struct urls *u, struct arena *a, const struct lang *l, struct str words, struct str after)
{
	struct buf b;
	bool any = false;

	url_begin(&b, u, a, l, "/search");
	put_query(&b, "q", words, &any);
	put_query(&b, "after", after, &any);
	return buf_str(&b);
}

struct str
url_cart(const struct urls *u, struct arena *a, const struct lang *l)
{
	return simple(u, a, l, "/cart");
}

struct str
url_cart_add(const struct urls *u, struct arena *a, const struct lang *l)
{
	return simple(u, a, l, "/cart/add");
}

struct str
url_cart_update(const struct urls *u, struct arena *a, const struct lang *l)
{
	return simple(u, a, l, "/cart/update");
}

struct str
url_checkout(const struct urls *u, struct arena *a, const struct lang *l, enum url_step step)
{
	static const char *const paths[] = {
	    [STEP_ADDRESS] = "/checkout/address",
	    [STEP_DELIVERY] = "/checkout/delivery",
	    [STEP_PAYMENT] = "/checkout/payment",
	    [STEP_REVIEW] = "/checkout/review",
	    [STEP_PLACE] = "/checkout/place",
	};

	return simple(u, a, l, paths[step]);
}

struct str
url_order(const struct urls *u, struct arena *a, const struct lang *l, struct str token)
{
	struct buf b;

	url_begin(&b, u, a, l, "/order/");
	buf_url(&b, token);
	return buf_str(&b);
}

struct str
url_info(const struct urls *u, struct arena *a, const struct lang *l, enum url_info info)
{
	static const char *const paths[] = {
	    [INFO_ABOUT] = "/info/about",
	    [INFO_CONTACT] = "/info/contact",
	    [INFO_DELIVERY] = "/info/delivery",
	    [INFO_IMPRINT] = "/info/imprint",
	    [INFO_PRIVACY] = "/info/privacy",
	    [INFO_TERMS] = "/info/terms",
	    [INFO_WITHDRAWAL] = "/info/withdrawal",
	};

	return simple(u, a, l, paths[info]);
}

struct str
url_in(const struct urls *u, struct arena *a, const struct lang *l, struct str rest)
{
	struct buf b;

	url_begin(&b, u, a, l, "");
	if (!str_starts(rest, STR("/")))
		buf_ch(&b, '/');
	buf_put(&b, rest);
	return buf_str(&b);
}

struct str
url_static(const struct urls *u, struct arena *a, struct str name)
{
	struct buf b;

	url_begin(&b, u, a, NULL, "/static/");
	buf_url(&b, name);
	return buf_str(&b);
}

struct str
url_media(const struct urls *u, struct arena *a, struct str hash, const char *size)
{
	struct buf b;

	url_begin(&b, u, a, NULL, "/media/");
	buf_url(&b, str_head(hash, 2));
	buf_ch(&b, '/');
	buf_url(&b, hash);
	buf_ch(&b, '-');
	buf_z(&b, size);
	buf_put(&b, STR(".webp"));
	return buf_str(&b);
}

struct str
url_plain(const struct urls *u, struct arena *a, const char *path)
{
	return simple(u, a, NULL, path);
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
