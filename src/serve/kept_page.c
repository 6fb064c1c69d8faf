#include "serve/kept_page.h"

#include <string.h>

#include "plat/cache/cache.h"
#include "serve/app.h"
#include "serve/fault.h"
#include "serve/site.h"

/* A kept page consists of this, the ETag, and the body. */
struct head {
	uint32_t route, etag_b;
	bool json;
};

/* Pages with the notice of a pause have keys of their own. */
static char
notice(const struct request *rq)
{
	return rq->app->site->paused(rq) ? 'p' : ' ';
}

static struct str
key_of(struct request *rq)
{
	struct buf b;

	if (rq->cache == NULL || !(rq->head || str_eq_z(rq->method, "GET")) || rq->session_token.n > 0
	    || fault_asked(rq))
		return STR_NONE;
	buf_init(&b, rq->a, rq->path.n + rq->query.n + 4);
	buf_ch(&b, rq->json ? 'j' : 'h');
	buf_ch(&b, notice(rq));
	buf_put(&b, rq->path);
	buf_ch(&b, '?');
	buf_put(&b, rq->query);
	return buf_str(&b);
}

bool
kept_page_find(struct request *rq)
{
	struct str kept;
	struct head h;

	rq->kept_key = key_of(rq);
	if (rq->kept_key.n == 0 || !cache_page_find(rq->cache, rq->kept_key, &kept))
		return false;
	memcpy(&h, kept.p, sizeof(h));
	kept = str_from(kept, sizeof(h));
	request_route(rq, &rq->app->site->routes.v[h.route]);
	rq->res.etag = str_head(kept, h.etag_b);
	rq->res.body = str_from(kept, h.etag_b);
	rq->res.cache = RESPONSE_SHARED;
	rq->res.vary_accept = true;
	rq->json = h.json;
	if (h.json)
		rq->res.type = RESPONSE_JSON;
	return true;
}

void
kept_page_put(struct request *rq)
{
	struct head h = {.route = (uint32_t)(rq->route - rq->app->site->routes.v), .json = rq->json};
	struct buf b;

	if (rq->kept_key.n == 0 || rq->kept_key.p[1] != notice(rq) || rq->res.cache != RESPONSE_SHARED || rq->a->over
	    || !cache_page_wanted(rq->cache, rq->kept_key))
		return;
	rq->res.etag = response_etag(rq->a, rq->res.body);
	h.etag_b = (uint32_t)rq->res.etag.n;
	buf_init(&b, rq->a, sizeof(h) + rq->res.etag.n);
	buf_put(&b, str_n(&h, sizeof(h)));
	buf_put(&b, rq->res.etag);
	if (!b.over)
		cache_page_keep(rq->cache, rq->kept_key, buf_str(&b), rq->res.body);
}
