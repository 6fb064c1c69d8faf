#include <string.h>

#include "web/addr.h"
#include "web/app.h"
#include "web/handlers.h"

static bool
plain(struct request *rq, struct str text)
{
	rq->res.type = STR("text/plain; charset=utf-8");
	rq->res.body = text;
	return true;
}

/* The process is alive; says nothing of what it leans on. */
bool
raw_healthz(struct request *rq, struct err *e)
{
	(void)e;
	return plain(rq, STR("ok\n"));
}

/* The shop can sell. */
bool
raw_readyz(struct request *rq, struct err *e)
{
	(void)e;
	return plain(rq, STR("ok\n"));
}

/* Not told to others that it exists. */
bool
raw_metrics(struct request *rq, struct err *e)
{
	if (!addr_in(rq->client, &rq->app->conf.web_metrics_from))
		return err_set(e, ERR_NOT_FOUND, "this address may not read the counters");
	rq->res.type = STR("text/plain; version=0.0.4; charset=utf-8");
	return true;
}

bool
raw_robots(struct request *rq, struct err *e)
{
	struct buf b;

	buf_init(&b, rq->a, 4096);
	buf_z(&b, "User-agent: *\n");
	for (size_t i = 0; i < rq->app->conf.site_languages.n; i++) {
		struct str lang = str_lower(rq->a, rq->app->conf.site_languages.v[i]);

		buf_fmt(&b, "Disallow: %.*s/%.*s/cart\nDisallow: %.*s/%.*s/checkout/\nDisallow: %.*s/%.*s/order/\n",
		    STR_ARG(rq->app->urls.base), STR_ARG(lang), STR_ARG(rq->app->urls.base), STR_ARG(lang), STR_ARG(rq->app->urls.base),
		    STR_ARG(lang));
	}
	buf_fmt(&b, "Sitemap: %.*s%.*s/sitemap.xml\n", STR_ARG(rq->app->urls.origin), STR_ARG(rq->app->urls.base));
	rq->res.cache = RESPONSE_BRIEF;
	return plain(rq, buf_str(&b)) && buf_check(&b, e);
}

/* The shop in the visitor's language, by Accept-Language. */
bool
raw_root(struct request *rq, struct err *e)
{
	struct str first = str_lower(rq->a, rq->app->conf.site_languages.v[0]);

	(void)e;
	response_redirect(&rq->res, 302, str_fmt(rq->a, "%.*s/%.*s/", STR_ARG(rq->app->urls.base), STR_ARG(first)));
	return true;
}
