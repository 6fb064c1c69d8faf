#include "htdocs/static.h"
#include "plat/db/db.h"
#include "plat/stats/stats_report.h"
#include "serve/addr.h"
#include "view/url.h"
#include "serve/app.h"
#include "serve/lead.h"
#include "web/handlers.h"

#define METRICS_MAX_B ((size_t)4 << 20)

static bool
plain(struct request *rq, struct str text)
{
	rq->res.type = STR("text/plain; charset=utf-8");
	rq->res.body = text;
	return true;
}

/* Liveness only: checks no dependency. */
bool
raw_healthz(struct request *rq, struct err *e)
{
	(void)e;
	return plain(rq, STR("ok\n"));
}

/* Ready if the database answers and has the schema of this program, or if it answers, but others wait for its locks and
 * hold all permits. Names an unusable statement, but stays ready: the statement is unusable on every host, and the
 * other pages work. */
bool
raw_readyz(struct request *rq, struct err *e)
{
	struct err first = {0};
	size_t n;

	if (rq->db == NULL)
		return err_set(e, ERR_UPSTREAM, "there is no database");
	if (!db_ping(rq->db, e)) {
		if (e->kind != ERR_BUSY || breaker_is_failing(&rq->app->control, BREAKER_DB))
			return false;
		err_clear(e);
		return plain(rq, STR("ok, but other requests are waiting for the database\n"));
	}
	n = db_unusable(rq->db, &first);
	if (n == 0)
		return plain(rq, STR("ok\n"));
	return plain(rq, str_fmt(rq->a, "ok, but for %zu statements, the first of which: %s\n", n, first.msg));
}

/* 404 for clients outside web.metrics_from, so that they do not learn that the page exists; also behind a proxy that is
 * not trusted, which may be on this machine and so have an address that is allowed. */
bool
raw_metrics(struct request *rq, struct err *e)
{
	struct stats_report r;
	struct buf b;

	if (request_is_hidden(rq) || !addr_in(rq->client, &rq->app->conf.web_metrics_from))
		return err_set(e, ERR_NOT_FOUND, "this client may not read the counters");
	buf_init(&b, rq->a, METRICS_MAX_B);
	stats_read(&rq->app->stats, rq->a, &r);
	control_report(&rq->app->control, rq->a, &r);
	facts_load(rq->app->conf.paths_facts_dir.p, r.facts);
	stats_put_metrics(&b, &r);
	rq->res.type = STR("text/plain; version=0.0.4; charset=utf-8");
	rq->res.body = buf_str(&b);
	return buf_check(&b, e);
}

/* The path prefix that is closed to robots: "checkout/" for "/{lang}/checkout/review". None if the route has no
 * language or is open to robots. */
static struct str
closed_to_robots(const struct route *r)
{
	struct str path = str_z(r->pattern), lang = STR("/{lang}/");
	ptrdiff_t end;

	if ((r->flags & ROUTE_SITEMAP) || !str_starts(path, lang))
		return STR_NONE;
	path = str_from(path, lang.n);
	end = str_chr(path, '/');
	return end < 0 ? path : str_head(path, (size_t)end + 1);
}

bool
raw_robots(struct request *rq, struct err *e)
{
	const struct route_table *routes = &rq->app->site->routes;
	const struct urls *u = &rq->app->urls;
	struct str last = STR_NONE;
	struct buf b;

	buf_init(&b, rq->a, 16384);
	buf_z(&b, "User-agent: *\n");
	for (size_t i = 0; i < routes->n; i++) {
		struct str part = closed_to_robots(&routes->v[i]);

		if (part.n == 0 || str_eq(part, last))
			continue;
		last = part;
		for (size_t k = 0; k < rq->app->langs.n; k++)
			buf_fmt(&b, "Disallow: %.*s/%.*s/%.*s\n", STR_ARG(u->base),
			    STR_ARG(rq->app->langs.lang[k].path), STR_ARG(part));
	}
	buf_fmt(&b, "Sitemap: %.*s%.*s\n", STR_ARG(u->origin), STR_ARG(url_to(u, rq->a, NULL, URL_sitemap, STR_NONE)));
	rq->res.cache = RESPONSE_BRIEF;
	return plain(rq, buf_str(&b)) && buf_check(&b, e);
}

static bool
to_static(struct request *rq, const char *name)
{
	rq->res.cache = RESPONSE_BRIEF;
	lead_to(rq, 302, url_static(&rq->app->urls, rq->a, str_z(name)));
	return true;
}

/* Programs ask for these names without having read a page. */
bool
raw_favicon(struct request *rq, struct err *e)
{
	(void)e;
	return to_static(rq, STATIC_ICO);
}

bool
raw_touch_icon(struct request *rq, struct err *e)
{
	(void)e;
	return to_static(rq, STATIC_TOUCH);
}

static void
put_manifest_icon(struct request *rq, struct buf *b, const char *name, const char *size)
{
	buf_z(b, "{\"src\":");
	buf_json(b, url_static(&rq->app->urls, rq->a, str_z(name)));
	buf_fmt(b, ",\"sizes\":\"%s\",\"type\":\"image/png\"}", size);
}

/* https://www.w3.org/TR/appmanifest/ */
bool
raw_manifest(struct request *rq, struct err *e)
{
	const struct urls *u = &rq->app->urls;
	struct str home = url_to(u, rq->a, rq->lang, URL_home, STR_NONE);
	struct buf b;

	buf_init(&b, rq->a, 16384);
	buf_z(&b, "{\"name\":");
	buf_json(&b, rq->app->conf.site_name);
	buf_z(&b, ",\"lang\":");
	buf_json(&b, rq->lang->tag);
	buf_z(&b, ",\"dir\":");
	buf_json(&b, rq->lang->dir);
	buf_z(&b, ",\"id\":");
	buf_json(&b, home);
	buf_z(&b, ",\"start_url\":");
	buf_json(&b, home);
	buf_z(&b, ",\"scope\":");
	buf_json(&b, str_fmt(rq->a, "%.*s/", STR_ARG(u->base)));
	buf_z(&b, ",\"display\":\"minimal-ui\",\"icons\":[");
	put_manifest_icon(rq, &b, STATIC_ICON192, "192x192");
	buf_ch(&b, ',');
	put_manifest_icon(rq, &b, STATIC_ICON512, "512x512");
	buf_z(&b, "]}\n");
	rq->res.type = STR("application/manifest+json");
	rq->res.cache = RESPONSE_BRIEF;
	rq->res.body = buf_str(&b);
	return buf_check(&b, e);
}

/* Redirects to the home page in the visitor's language, by Accept-Language. */
bool
raw_root(struct request *rq, struct err *e)
{
	const struct lang *lang = lang_negotiate(&rq->app->langs, request_header(rq, "HTTP_ACCEPT_LANGUAGE"));

	(void)e;
	rq->res.cache = RESPONSE_SHARED;
	response_header(&rq->res, "Vary", STR("Accept-Language"));
	lead_to(rq, 302, url_to(&rq->app->urls, rq->a, lang, URL_home, STR_NONE));
	return true;
}
