#include "serve/route.h"

#include <string.h>

#include "plat/text/form.h"

#define SLUG_MAX_B 190
#define TOKEN_MIN_B 16
#define TOKEN_MAX_B 64

static bool
all_of(struct str s, const char *extra)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && strchr(extra, c) == NULL)
			return false;
	}
	return true;
}

/* "en", "zh-hans": two or three letters, then parts of up to eight. The shop may lack the language. */
static bool
take_lang(struct str raw, struct route_args *args)
{
	struct str rest = raw, part;
	bool first = true;

	while (str_cut(&rest, '-', &part)) {
		if (part.n < 2 || part.n > (first ? 3 : 8))
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!(part.p[i] >= 'a' && part.p[i] <= 'z')
			    && (first || !(part.p[i] >= '0' && part.p[i] <= '9')))
				return false;
		first = false;
	}
	args->lang = raw;
	return true;
}

static bool
take_token(struct str raw, struct route_args *args)
{
	args->token = raw;
	return raw.n >= TOKEN_MIN_B && raw.n <= TOKEN_MAX_B && all_of(raw, "-_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static bool
take_slug(struct arena *a, struct str raw, struct route_args *args)
{
	struct str s;

	if (raw.n == 0 || raw.n > 3 * SLUG_MAX_B || !form_percent(a, raw, false, &s) || s.n > SLUG_MAX_B)
		return false;
	args->slug = s;
	return form_text_ok(s, false) && str_chr(s, '/') < 0 && !str_eq_z(s, ".") && !str_eq_z(s, "..");
}

/* Matches a path against a pattern. Both begin with a slash. */
static bool
route_fits(struct arena *a, struct str pattern, struct str path, struct route_args *args)
{
	struct str want, got;

	*args = (struct route_args){.lang = STR_NONE};
	while (str_cut(&pattern, '/', &want)) {
		bool ok;

		if (!str_cut(&path, '/', &got))
			return false;
		if (str_eq_z(want, "{lang}"))
			ok = take_lang(got, args);
		else if (str_eq_z(want, "{slug}"))
			ok = take_slug(a, got, args);
		else if (str_eq_z(want, "{token}"))
			ok = take_token(got, args);
		else
			ok = str_eq(want, got);
		if (!ok)
			return false;
	}
	return path.p == NULL;
}

static unsigned
method_of(struct str method)
{
	if (str_eq_z(method, "GET") || str_eq_z(method, "HEAD"))
		return METHOD_GET;
	return str_eq_z(method, "POST") ? METHOD_POST : 0;
}

struct search {
	const struct route_table *table;
	unsigned method, methods; /* `methods`: of all rows that match the path */
};

/* Nearly all rows differ from a path in the first letter of its first fixed part. */
static bool
route_may_fit(const char *pattern, char first, char second)
{
	static const struct str lang = STR_INIT("/{lang}/");

	if (strncmp(pattern, lang.p, lang.n) == 0)
		return pattern[lang.n] == '{' || pattern[lang.n] == second;
	return pattern[1] == '{' || pattern[1] == first;
}

/* The row for method and path, which begins with a slash; NULL if there is none. */
static const struct route *
route_search(struct search *s, struct arena *a, struct str path, struct route_args *args)
{
	struct str rest = str_from(path, 1), part;
	char first = rest.n > 0 ? rest.p[0] : '\0', second;

	(void)str_cut(&rest, '/', &part);
	second = rest.n > 0 ? rest.p[0] : '\0';
	s->methods = 0;
	for (size_t i = 0; i < s->table->n; i++) {
		const struct route *r = &s->table->v[i];

		if (!route_may_fit(r->pattern, first, second) || !route_fits(a, str_z(r->pattern), path, args))
			continue;
		s->methods |= r->method;
		if (r->method & s->method)
			return r;
	}
	return NULL;
}

static bool
refuse_method(unsigned methods, struct route_match *m, struct err *e)
{
	const char *allow = "GET, HEAD, POST";

	if (methods == METHOD_GET)
		allow = "GET, HEAD";
	else if (methods == METHOD_POST)
		allow = "POST";
	memcpy(m->allow, allow, strlen(allow) + 1);
	return err_set(e, ERR_METHOD, "the address allows only %s", allow);
}

/* Adds or removes the slash at the end. */
static struct str
other_slash(struct arena *a, struct str path)
{
	if (str_ends(path, STR("/")))
		return str_head(path, path.n - 1);
	return str_fmt(a, "%.*s/", STR_ARG(path));
}

/* Removes the ".json" of a twin's path. */
static bool
route_cut_twin(struct str *path)
{
	if (!str_ends(*path, STR(".json")))
		return false;
	*path = str_head(*path, path->n - STR(".json").n);
	return true;
}

/* Makes a match of the path without ".json" the twin of the page. */
static bool
route_set_twin(struct arena *a, struct route_match *m)
{
	m->json = m->route != NULL && (m->route->kind == ROUTE_KIND_PAGE || m->route->kind == ROUTE_KIND_TEXT);
	if (m->json && m->args.slug.n > 0)
		m->args.dotted = str_fmt(a, "%.*s.json", STR_ARG(m->args.slug));
	return m->json;
}

static bool
find_twin(struct search *s, struct arena *a, struct str path, struct route_match *m)
{
	if (!route_cut_twin(&path))
		return false;
	m->route = route_search(s, a, path, &m->args);
	if (m->route == NULL)
		m->route = route_search(s, a, other_slash(a, path), &m->args);
	return route_set_twin(a, m);
}

bool
route_find(const struct route_table *table, struct arena *a, struct str method, struct str path,
    struct route_match *m, struct err *e)
{
	struct search s = {.table = table, .method = method_of(method)};

	*m = (struct route_match){.json = false};
	if (!str_starts(path, STR("/")))
		return err_set(e, ERR_NOT_FOUND, "no such address");
	if (find_twin(&s, a, path, m))
		return true;
	m->route = route_search(&s, a, path, &m->args);
	if (m->route != NULL)
		return true;
	return s.methods != 0 ? refuse_method(s.methods, m, e) : err_set(e, ERR_NOT_FOUND, "no such address");
}

/* The next part of a path between slashes, however many. False at the end. */
static bool
next_part(struct str *path, struct str *part)
{
	while (str_cut(path, '/', part))
		if (part->n > 0)
			return true;
	return false;
}

static bool
route_nearly_fits(struct arena *a, struct str pattern, struct str path, struct route_args *args)
{
	struct str want, got;

	*args = (struct route_args){.lang = STR_NONE};
	while (next_part(&pattern, &want)) {
		bool ok = next_part(&path, &got);

		if (ok && str_eq_z(want, "{lang}"))
			args->lang = got;
		else if (ok && str_eq_z(want, "{slug}"))
			ok = take_slug(a, got, args);
		else if (ok && str_eq_z(want, "{token}"))
			ok = take_token(got, args);
		else
			ok = ok && str_eq_case(want, got);
		if (!ok)
			return false;
	}
	return !next_part(&path, &got);
}

static const struct route *
near_search(const struct route_table *table, struct arena *a, struct str path, struct route_args *args)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct route *r = &table->v[i];

		if ((r->method & METHOD_GET) && route_nearly_fits(a, str_z(r->pattern), path, args))
			return r;
	}
	return NULL;
}

bool
route_near(const struct route_table *table, struct arena *a, struct str path, struct route_match *m)
{
	struct str bare = path;

	*m = (struct route_match){.json = false};
	if (!str_starts(path, STR("/")))
		return false;
	if (route_cut_twin(&bare)) {
		m->route = near_search(table, a, bare, &m->args);
		if (route_set_twin(a, m))
			return true;
	}
	m->route = near_search(table, a, path, &m->args);
	return m->route != NULL;
}

struct str
route_logged(const struct route_table *table, struct str path)
{
	for (size_t i = 0; i < table->n; i++) {
		struct str rest = str_z(table->v[i].pattern), before;
		ptrdiff_t token = str_find(rest, STR("{token}")), at;

		if (!(table->v[i].flags & ROUTE_NO_REFERRER) || token < 0)
			continue;
		rest = str_head(rest, (size_t)token);
		while (str_cut(&rest, '}', &before)) /* "/order/" of "/{lang}/order/{token}" */
			;
		for (at = 0; (size_t)at + before.n <= path.n; at++)
			if (str_eq_case(str_head(str_from(path, (size_t)at), before.n), before))
				return str_head(path, (size_t)at + before.n);
	}
	return path;
}

bool
route_target(struct str target, struct str base, struct str *path, struct str *query)
{
	ptrdiff_t scheme = str_find(target, STR("://")), slash;
	struct str rest;

	if (scheme > 0 && !str_starts(target, STR("/"))) {
		target = str_from(target, (size_t)scheme + 3);
		slash = str_chr(target, '/');
		target = slash < 0 ? STR("/") : str_from(target, (size_t)slash);
	}
	if (!str_starts(target, base))
		return false;
	rest = str_from(target, base.n);
	if (base.n > 0 && (rest.n == 0 || rest.p[0] == '?')) {
		*path = STR("/");
		*query = rest.n == 0 ? STR_NONE : str_from(rest, 1);
		return true;
	}
	*query = rest;
	return str_cut(query, '?', path) && str_starts(*path, STR("/"));
}
