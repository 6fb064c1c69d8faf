#include "serve/error_page.h"

#include "base/clock.h"
#include "view/error_view.h"
#include "serve/limit.h"
#include "serve/site.h"

#define PAGE_MAX_B ((size_t)512 * 1024)
#define RETRY_AFTER_S 5
#define PATH_LOGGED_MAX_B 200

static struct str
fill_fallback(const struct app *app, struct arena *a, int status, const char *id)
{
	struct str rest = str_z(app->site->fallback), part;
	struct buf b;

	buf_init(&b, a, PAGE_MAX_B);
	while (str_cut(&rest, '@', &part)) {
		if (str_eq_z(part, "STATUS"))
			buf_fmt(&b, "%d", status);
		else if (str_eq_z(part, "ID"))
			buf_html(&b, str_z(id));
		else
			buf_put(&b, part);
	}
	return buf_str(&b);
}

static struct str
html(const struct request *rq, struct arena *a, int status, enum err_kind kind)
{
	const struct app *app = rq->app;
	struct view *page;
	struct err e = {0};
	struct buf b;

	buf_init(&b, a, PAGE_MAX_B);
	page = error_view(a, status, kind, str_z(rq->id));
	if (rq->post && rq->route != NULL && (rq->route->flags & ROUTE_DECLARES))
		view_bool(view_get(page, N_error), N_not_received, true);
	if (app_render(app, rq->lang, app->error_template, page, rq->error_me,
		&b, &e)
	    && buf_check(&b, &e))
		return buf_str(&b);
	log_put(LOG_ERROR, "event=error_page_degraded place=%s msg=\"%s\"", e.place, e.msg);
	return fill_fallback(app, a, status, rq->id);
}

/* RFC 9457. */
static struct str
problem_json(struct arena *a, int status, const char *kind, const char *id)
{
	struct buf b;

	buf_init(&b, a, PAGE_MAX_B);
	buf_z(&b, "{\"type\":\"about:blank\",\"title\":");
	buf_json(&b, str_z(response_reason(status)));
	buf_fmt(&b, ",\"status\":%d,\"kind\":", status);
	buf_json(&b, str_z(kind));
	buf_z(&b, ",\"id\":");
	buf_json(&b, str_z(id));
	buf_z(&b, "}\n");
	return buf_str(&b);
}

static struct str
path_logged(const struct request *rq)
{
	if (rq->route != NULL && (rq->route->flags & ROUTE_NO_REFERRER))
		return STR("-");
	return str_head(route_logged(&rq->app->site->routes, rq->path), PATH_LOGGED_MAX_B);
}

static void
log_error(const struct request *rq, const struct err *e, const struct err_info *info)
{
	struct str path = path_logged(rq);
	uint64_t left_out = 0;

	if (e->kind == ERR_RATE_LIMITED && !limit_may_log(clock_mono_ns(), &left_out))
		return;
	if (left_out > 0)
		log_put(info->level, "event=refusals_not_logged n=%llu", (unsigned long long)left_out);
	log_put(info->level,
	    "event=error kind=%s status=%d place=%s code=%d method=%.*s route=%s path=\"%.*s\" msg=\"%s\"", info->name,
	    info->status, e->place, e->code, STR_ARG(rq->method), rq->route == NULL ? "-" : rq->route->name,
	    STR_ARG(path), e->msg);
}

void
error_page(struct request *rq, const struct err *e)
{
	const struct err_info *info = err_info(e->kind == ERR_NONE ? ERR_BUG : e->kind);
	struct arena *a = &rq->app->spare;
	int retry_after_s = e->retry_after_s > 0 ? e->retry_after_s : RETRY_AFTER_S;

	log_error(rq, e, info);
	stats_error(&rq->app->stats, e->kind);
	arena_reset(a);
	response_init(&rq->res, a);
	rq->res.status = info->status;
	rq->res.cache = rq->error_me == NULL ? RESPONSE_PRIVATE : RESPONSE_HISTORY;
	if (rq->json) {
		rq->res.type = STR("application/problem+json");
		rq->res.body = problem_json(a, info->status, info->name, rq->id);
	} else
		rq->res.body = html(rq, a, info->status, e->kind);
	if (info->status == 429 || info->status == 503)
		response_header(&rq->res, "Retry-After", str_fmt(a, "%d", retry_after_s));
	if (info->status == 405)
		response_header(&rq->res, "Allow", str_z(rq->allow));
}
