#include "serve/lead.h"

#include <string.h>

#include "serve/addr.h"
#include "serve/app.h"
#include "serve/site.h"

#define URL_MAX_B ((size_t)16 << 10)

static bool
lead_is_get(const struct request *rq)
{
	return rq->head || str_eq_z(rq->method, "GET");
}

/* The name in a Host header: without the port. */
static struct str
lead_name(struct str host)
{
	ptrdiff_t bracket = str_chr(host, ']'), colon = str_chr(str_from(host, bracket < 0 ? 0 : (size_t)bracket), ':');

	return colon < 0 ? host : str_head(host, (size_t)colon + (bracket < 0 ? 0 : (size_t)bracket));
}

/* Addresses, and names without a dot. A proxy that does not pass on its client's Host often uses one, and a redirect
 * would come back to it for ever. A shop whose site.url is still one may well be visited under better names. */
static bool
lead_is_internal(struct str name)
{
	size_t i = 0;

	while (i < name.n && (name.p[i] == '.' || (name.p[i] >= '0' && name.p[i] <= '9')))
		i++;
	return i == name.n || str_chr(name, '.') < 0;
}

void
lead_host(struct request *rq)
{
	struct str host = lead_name(request_header(rq, "HTTP_HOST")), ours = rq->app->urls.name, forwarded;
	struct str choice = rq->app->conf.web_redirect_hosts;
	bool all = str_eq_z(choice, "all");

	if (host.n == 0 || str_eq_case(host, ours) || str_eq_z(choice, "no") || (!all && lead_is_internal(ours))
	    || !lead_is_get(rq) || request_is_hidden(rq))
		return;
	forwarded = request_header(rq, "HTTP_X_FORWARDED_HOST");
	if (forwarded.n > 0) {
		(void)str_cut(&forwarded, ',', &host);
		host = lead_name(str_trim(host));
	}
	rq->elsewhere = !str_eq_case(host, ours) && (all || !lead_is_internal(host));
}

/* The target with each run of slashes in its path as one. */
static struct str
merge_slashes(struct arena *a, struct str target)
{
	bool query = false;
	struct buf b;

	buf_init(&b, a, target.n);
	for (size_t i = 0; i < target.n; i++) {
		query = query || target.p[i] == '?';
		if (query || i == 0 || target.p[i] != '/' || target.p[i - 1] != '/')
			buf_ch(&b, target.p[i]);
	}
	return buf_str(&b);
}

bool
lead_target(struct request *rq, struct str target)
{
	struct str base = rq->app->urls.base;

	if (route_target(target, base, &rq->path, &rq->query))
		return true;
	rq->lead = base.n > 0 && str_starts(target, STR("/")) && lead_is_get(rq)
	    && route_target(merge_slashes(rq->a, target), base, &rq->path, &rq->query);
	return rq->lead;
}

bool
lead_find(struct request *rq, struct route_match *m)
{
	const struct lang *lang;

	if (!lead_is_get(rq) || !route_near(&rq->app->site->routes, rq->a, rq->path, m))
		return false;
	if (m->args.lang.n > 0) {
		lang = lang_near(&rq->app->langs, rq->a, m->args.lang);
		if (lang == NULL)
			return false;
		rq->lang = lang;
		m->args.lang = lang->path;
	}
	rq->lead = true;
	return true;
}

struct str
lead_canonical(const struct request *rq)
{
	struct str part = rq->args.slug.n > 0 ? rq->args.slug : rq->args.token;

	return url_fill(&rq->app->urls, rq->a, rq->lang, rq->route->pattern, part);
}

/* Encodes bytes that a Location may not contain: the visitor chose them. */
static void
put_query(struct buf *b, struct str query)
{
	for (size_t i = 0; i < query.n; i++) {
		unsigned char c = (unsigned char)query.p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL)
			buf_fmt(b, "%%%02X", (unsigned)c);
		else
			buf_ch(b, (char)c);
	}
}

void
lead_to(struct request *rq, int status, struct str url)
{
	struct buf b;

	buf_init(&b, rq->a, URL_MAX_B + 3 * rq->query.n);
	if (rq->elsewhere)
		buf_put(&b, rq->app->urls.origin);
	buf_put(&b, url);
	if (rq->query.n > 0)
		buf_ch(&b, '?');
	put_query(&b, rq->query);
	response_redirect(&rq->res, status, buf_str(&b));
}
