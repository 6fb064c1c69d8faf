#include "serve/serve.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/watchdog.h"
#include "plat/cache/cache.h"
#include "plat/db/db.h"
#include "plat/fcgi/fcgi.h"
#include "plat/text/secret.h"
#include "view/view.h"
#include "serve/addr.h"
#include "serve/age.h"
#include "serve/error_page.h"
#include "serve/fault.h"
#include "serve/guard.h"
#include "serve/kept_page.h"
#include "serve/lead.h"
#include "serve/limit.h"
#include "serve/settings.h"
#include "serve/site.h"
#include "serve/trace.h"
#include "serve/visitor.h"

#define PAGE_MAX_B ((size_t)8 << 20)
#define BROKEN_STAYS_NS (15 * CLOCK_S) /* a worker with an unusable configuration exits after this time */
#define IDLE_LOOK_NS (2 * CLOCK_S) /* how often an idle worker looks for the shared files, and shows life */
#define LATE_NS (2 * CLOCK_S)
#define PREPARE_LOOK_NS (20 * CLOCK_MS) /* the same, while there are statements to prepare */

struct str
request_header(const struct request *rq, const char *cgi_name)
{
	return fcgi_param(rq->fcgi, cgi_name);
}

void
request_route(struct request *rq, const struct route *route)
{
	rq->route = route;
	stats_route(&rq->app->stats, route->class);
}

/* True if the client prefers JSON: Accept names JSON, and does not name HTML before it. */
static bool
wants_json(struct str accept)
{
	ptrdiff_t json = str_find(accept, STR("json")), html = str_find(accept, STR("text/html"));

	return json >= 0 && (html < 0 || json < html);
}

static struct addr_way
way_of(const struct request *rq)
{
	return (struct addr_way){.peer = request_header(rq, "REMOTE_ADDR"),
	    .forwarded_for = request_header(rq, "HTTP_X_FORWARDED_FOR"),
	    .doubled = fcgi_param_count(rq->fcgi, "HTTP_X_FORWARDED_FOR") > 1};
}

bool
request_is_hidden(const struct request *rq)
{
	static const char *const proxies_add[] = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA",
	    "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_SERVER"};
	bool forwarded = false;

	for (size_t i = 0; i < ARRAY_LEN(proxies_add); i++)
		forwarded = forwarded || request_header(rq, proxies_add[i]).p != NULL;
	return forwarded && !addr_in(request_header(rq, "REMOTE_ADDR"), &rq->app->conf.web_trusted_proxies);
}

static void
read_envelope(struct request *rq)
{
	struct addr_way way = way_of(rq);

	rq->method = request_header(rq, "REQUEST_METHOD");
	rq->head = str_eq_z(rq->method, "HEAD");
	rq->post = str_eq_z(rq->method, "POST");
	rq->json = wants_json(request_header(rq, "HTTP_ACCEPT"));
	rq->client = addr_client(&way, &rq->app->conf.web_trusted_proxies);
}

static bool
read_fields(struct request *rq, struct err *e)
{
	const struct field_table *table = &rq->app->site->fields;
	struct form form;
	struct str body;

	if (!rq->post) {
		fields_query(rq->a, table, rq->query, &rq->fields);
		return true;
	}
	form_init(&form, &form_limits_default);
	return fcgi_body(rq->fcgi, rq->a, &body, e)
	    && form_body(rq->a, request_header(rq, "CONTENT_TYPE"), body, &form, e)
	    && fields_read(rq->a, table, &form, &rq->fields, e);
}

static bool
check_origin(struct request *rq, struct err *e)
{
	struct guard_source source = {request_header(rq, "HTTP_SEC_FETCH_SITE"), request_header(rq, "HTTP_ORIGIN"),
	    request_header(rq, "HTTP_REFERER"), request_header(rq, "HTTP_HOST")};

	if (!rq->post || (rq->route->flags & ROUTE_NO_ORIGIN))
		return true;
	return guard_same_site(&source, rq->app->urls.origin, e);
}

static void
read_session_token(struct request *rq)
{
	rq->session_tokens = cookie_tokens(&rq->app->session_cookie, request_header(rq, "HTTP_COOKIE"));
	rq->session_token = rq->session_tokens.v[0];
}

static bool
render(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	size_t template = rq->app->route_template[rq->route - rq->app->site->routes.v];
	struct buf b;

	buf_init(&b, rq->a, PAGE_MAX_B);
	if (!app_render(rq->app, rq->lang, template, page, me, &b, e) || !buf_check(&b, e))
		return false;
	rq->res.body = buf_str(&b);
	return true;
}

static bool
twin(struct request *rq, const struct view *page, struct err *e)
{
	struct buf b;

	buf_init(&b, rq->a, PAGE_MAX_B);
	view_json(page, &b);
	buf_ch(&b, '\n');
	rq->res.type = RESPONSE_JSON;
	rq->res.body = buf_str(&b);
	return buf_check(&b, e);
}

struct page_ctx
request_public(const struct request *rq, struct page_result *result)
{
	return (struct page_ctx){.a = rq->a,
	    .app = rq->app,
	    .stats = &rq->app->stats,
	    .db = rq->db,
	    .cache = rq->cache,
	    .lang = rq->lang,
	    .args = rq->args,
	    .fields = &rq->fields,
	    .result = result};
}

static void
begin_page(struct request *rq)
{
	struct buf name;

	buf_init(&name, rq->a, rq->path.n + rq->query.n + 2);
	buf_put(&name, rq->path);
	buf_ch(&name, '?');
	buf_put(&name, rq->query);
	cache_page_begin(rq->cache, rq->a, buf_str(&name));
}

/* A public page is complete without the visitor's part: if the session cannot be read, the page is sent as to a
 * stranger. */
static void
load_visitor(struct request *rq)
{
	struct err lost = {0};

	if (!visitor_load(rq, true, &lost))
		log_put(LOG_WARN, "event=session_unread place=%s msg=\"%s\"", lost.place, lost.msg);
}

static bool
visitor_part(struct request *rq, struct view *me)
{
	struct err lost = {0};

	if (rq->app->site->session->show(rq, me, &lost))
		return true;
	log_put(LOG_WARN, "event=session_unread place=%s msg=\"%s\"", lost.place, lost.msg);
	return false;
}

/* The notice goes into `me`, since a cached tree must not contain it. */
static void
put_notice(const struct request *rq, struct view *me)
{
	if (rq->app->site->paused(rq))
		view_bool(me, N_paused, true);
}

/* The twin's address ends in ".json", unless that belongs to the name. */
static struct str
page_moved(const struct request *rq, const struct page_result *result, struct str url)
{
	return rq->twin && !result->dotted ? str_fmt(rq->a, "%.*s.json", STR_ARG(url)) : url;
}

/* Redirects another spelling of an address to the right one. The handler has its say first, so that a page that has
 * moved too costs no second redirect, and one that does not exist none. */
static bool
run_lead(struct request *rq, struct err *e)
{
	struct page_result result = {.moved_to = STR_NONE};
	struct page_ctx ctx = request_public(rq, &result);

	if (rq->route->kind == ROUTE_KIND_PAGE) {
		begin_page(rq);
		if (!rq->route->handler.page(&ctx, view_object(rq->a), e))
			return false;
	}
	if (rq->route->kind == ROUTE_KIND_RAW) {
		if (!rq->route->handler.raw(rq, e))
			return false;
		if (rq->res.status != 200)
			return true;
		response_init(&rq->res, rq->a);
	}
	rq->res.no_referrer = (rq->route->flags & ROUTE_NO_REFERRER) != 0;
	if (result.dotted)
		rq->args.slug = rq->args.dotted;
	lead_to(rq, 301, page_moved(rq, &result, result.moved_to.n > 0 ? result.moved_to : lead_canonical(rq)));
	return true;
}

static bool
run_page(struct request *rq, struct err *e)
{
	struct view *page = view_object(rq->a), *me = view_object(rq->a);
	struct page_result result = {.moved_to = STR_NONE};
	struct page_ctx ctx = request_public(rq, &result);

	rq->res.vary_accept = true;
	begin_page(rq);
	if (!rq->json)
		load_visitor(rq); /* first, so that the same exchange prefetches the page's values */
	if (!limit_session(rq, e))
		return false;
	if (rq->route->kind == ROUTE_KIND_PAGE && !rq->route->handler.page(&ctx, page, e))
		return false;
	if (result.moved_to.n > 0) {
		lead_to(rq, 301, page_moved(rq, &result, result.moved_to));
		return true;
	}
	if (result.dotted && !wants_json(request_header(rq, "HTTP_ACCEPT"))) {
		rq->json = false;
		load_visitor(rq);
	}
	rq->app->site->frame(&ctx, rq->path, page);
	rq->res.cache = RESPONSE_SHARED;
	if (rq->session != NULL && visitor_part(rq, me))
		rq->res.cache = RESPONSE_PRIVATE;
	put_notice(rq, me); /* the same for all strangers: it changes their page's ETag */
	if (!(rq->json ? twin(rq, page, e) : render(rq, page, me, e)))
		return false;
	kept_page_put(rq);
	return true;
}

/* True if the handler set a redirect or a body: no template is rendered then. */
static bool
run_form(struct request *rq, struct err *e)
{
	struct view *page = view_object(rq->a), *me = view_object(rq->a);
	const struct site_session *session = rq->app->site->session;
	struct page_ctx ctx = request_public(rq, NULL);
	bool done;

	rq->res.cache = RESPONSE_PRIVATE;
	rq->res.no_referrer = (rq->route->flags & ROUTE_NO_REFERRER) != 0;
	if (!rq->post)
		begin_page(rq);
	if (!visitor_load(rq, (rq->route->flags & ROUTE_SESSION_COPY) != 0, e))
		return false;
	if (!limit_session(rq, e))
		return false;
	if (rq->post && rq->session != NULL && !(rq->route->flags & ROUTE_NO_TOKEN)
	    && !guard_token(field_text(&rq->fields, session->token_field), session->token(rq), e))
		return false;
	done = rq->route->handler.form(rq, page, me, e);
	if (rq->post && rq->session != NULL)
		session->changed(rq); /* also after a failure, which may come after the COMMIT */
	if (!done)
		return false;
	if (rq->res.status != 200 || rq->res.body.n > 0)
		return true;
	rq->app->site->frame(&ctx, rq->path, page);
	view_bool(page, N_hidden, true);
	put_notice(rq, me);
	return (rq->session == NULL || session->show(rq, me, e)) && render(rq, page, me, e);
}

static bool
run_route(struct request *rq, struct err *e)
{
	if (rq->lead)
		return run_lead(rq, e);
	switch (rq->route->kind) {
	case ROUTE_KIND_PAGE:
	case ROUTE_KIND_TEXT:
		return run_page(rq, e);
	case ROUTE_KIND_FORM:
		return run_form(rq, e);
	case ROUTE_KIND_RAW:
		return limit_session(rq, e) && rq->route->handler.raw(rq, e);
	}
	return err_set(e, ERR_BUG, "a route of unknown kind");
}

/* Takes the language from the path before the route is known, since the error page uses it too. */
static void
guess_lang(struct request *rq)
{
	struct str rest = str_from(rq->path, 1), first;
	const struct lang *lang;

	if (!str_cut(&rest, '/', &first))
		return;
	lang = lang_find(&rq->app->langs, first);
	if (lang == NULL)
		lang = lang_near(&rq->app->langs, rq->a, first);
	if (lang != NULL)
		rq->lang = lang;
}

static bool
may_begin(struct request *rq, struct err *e)
{
	if (age_is_over(rq))
		return err_set(e, ERR_BUSY, "the web server did not wait until a worker was free");
	if (rq->expired)
		return err_set(e, ERR_BUSY, "the request waited past its deadline for another request of this worker");
	if (fcgi_complete(rq->fcgi, e))
		return true;
	if (route_target(request_header(rq, "REQUEST_URI"), rq->app->urls.base, &rq->path, &rq->query))
		guess_lang(rq);
	return false;
}

/* Sets route and arguments, also of an address in another spelling. */
static bool
find_route(struct request *rq, struct err *e)
{
	struct route_match m;

	if (!route_find(&rq->app->site->routes, rq->a, rq->method, rq->path, &m, e)) {
		memcpy(rq->allow, m.allow, sizeof(rq->allow));
		if (e->kind != ERR_NOT_FOUND || !lead_find(rq, &m))
			return false;
		err_clear(e);
	}
	if (m.args.lang.n > 0 && !str_eq(m.args.lang, rq->lang->path) && !lead_find(rq, &m))
		return err_set(e, ERR_NOT_FOUND, "the shop has no language '%.*s'", STR_ARG(m.args.lang));
	request_route(rq, m.route);
	rq->args = m.args;
	rq->twin = m.json;
	rq->json = rq->json || m.json;
	rq->elsewhere = rq->elsewhere && (m.route->flags & (ROUTE_UNLIMITED | ROUTE_NO_ORIGIN)) == 0;
	rq->lead = rq->lead || rq->elsewhere;
	return true;
}

static bool
answer(struct request *rq, struct err *e)
{
	read_envelope(rq);
	if (!may_begin(rq, e))
		return false;
	if (rq->app->broken)
		return err_set(e, ERR_BUSY, "the configuration is unusable: see this worker's first lines in the log");
	if (!lead_target(rq, request_header(rq, "REQUEST_URI")))
		return err_set(e, ERR_NOT_FOUND, "the address is not below site.url");
	lead_host(rq);
	read_session_token(rq);
	guess_lang(rq);
	if (!limit_pages(rq, e))
		return false;
	if (!rq->lead && !rq->elsewhere && kept_page_find(rq))
		return limit_route(rq, e);
	if (!find_route(rq, e))
		return false;
	age_route(rq);
	return limit_route(rq, e) && fault_before(rq, e) && read_fields(rq, e) && check_origin(rq, e)
	    && run_route(rq, e)
	    && (!rq->a->over || err_set(e, ERR_LIMIT, "the request needed more than its memory"));
}

/* Formats the head. An answer with malformed headers becomes the error page. */
static struct str
finish_head(struct request *rq, bool *send_body, bool *failed)
{
	struct str if_none_match = request_header(rq, "HTTP_IF_NONE_MATCH"), head;
	struct err e = {0};

	limit_headers(rq);
	if (response_head(&rq->res, rq->a, &rq->app->origin, rq->id, if_none_match, &head, send_body, &e))
		return head;
	error_page(rq, &e);
	*failed = true;
	err_clear(&e);
	ASSERT(response_head(&rq->res, rq->res.lines.a, &rq->app->origin, rq->id, STR_NONE, &head, send_body, &e));
	return head;
}

/* The ending of a request whose answer is sent whole. A redirect or 304 counts as answered. */
static enum stats_end
ending(const struct request *rq, bool failed)
{
	if (!failed)
		return STATS_ANSWERED;
	return rq->res.status < 500 ? STATS_REFUSED : STATS_HANDLED;
}

/* A client that hung up counts as aborted, which is no failure. */
static enum stats_end
send_answer(struct request *rq, bool failed)
{
	bool send_body;
	struct str head = finish_head(rq, &send_body, &failed);
	struct str body = send_body && !rq->head ? rq->res.body : STR_NONE;
	enum stats_end end = ending(rq, failed);
	struct fcgi_answer answer = {
	    rq->a, head, body, rq->deadline_ns, stats_sending(&rq->app->stats, end), fault_cuts(rq)};

	if (fcgi_send(rq->fcgi, &answer) && !answer.half && !age_is_over(rq))
		return end;
	if (answer.half)
		abort();
	if (age_may_be_over(rq)) {
		log_put(LOG_WARN, "event=late msg=\"the web server had sent its own error page before the answer\"");
		return STATS_LATE;
	}
	log_put(LOG_INFO, "event=aborted msg=\"the client did not wait for its answer\"");
	return STATS_ABORTED;
}

static void
count_lost_log_lines(struct app *app)
{
	static uint64_t counted;
	uint64_t n = log_dropped();

	stats_add(&app->stats, STAT_log_dropped, n - counted);
	counted = n;
}

static void
name_request(struct request *rq)
{
	struct trace_source source = {request_header(rq, "HTTP_TRACEPARENT"), request_header(rq, "UNIQUE_ID"),
	    request_header(rq, "REMOTE_PORT"), rq->now_s};
	char note[LOG_NOTE_SIZE];

	secret_id(rq->id);
	trace_note(&source, note);
	log_request(rq->id);
	log_note(note);
	stats_note(&rq->app->stats, note);
}

static void
serve_one(struct app *app, struct fcgi *fcgi, struct arena *a, const struct watchdog *watchdog)
{
	struct request rq = {
	    .a = a, .app = app, .fcgi = fcgi, .db = app->db, .cache = app->cache, .watchdog = watchdog};
	struct err e = {0};
	uint64_t grace_ns = (uint64_t)app->conf.web_grace_ms * CLOCK_MS;
	bool failed;

	age_begin(&rq);
	rq.now_s = clock_utc_s();
	name_request(&rq);
	app_join(app, str_eq(request_header(&rq, "REQUEST_METHOD"), STR("POST")));
	stats_begin(&app->stats, rq.id, rq.deadline_ns, STATS_ROUTE_none);
	watchdog_arm(watchdog, rq.deadline_ns + grace_ns);
	response_init(&rq.res, a);
	rq.lang = app->shop_lang;
	settings_follow(app);
	age_pass_on(&rq);
	failed = !answer(&rq, &e);
	if (failed)
		error_page(&rq, &e);
	if (rq.db != NULL)
		db_rest(rq.db);
	stats_end(&app->stats, send_answer(&rq, failed));
	watchdog_arm(watchdog, 0);
	fcgi_done(fcgi);
	log_request(NULL);
	count_lost_log_lines(app);
	arena_reset(a);
}

/* A request without a session is usually answered from a cache. */
static bool
serve_light(void *arg, const struct fcgi_head *h)
{
	const struct app *app = arg;
	struct str method = fcgi_head_param(h, "REQUEST_METHOD");

	return (str_eq_z(method, "GET") || str_eq_z(method, "HEAD"))
	       && cookie_tokens(&app->session_cookie, fcgi_head_param(h, "HTTP_COOKIE")).n == 0;
}

static bool
serve_held(void *arg)
{
	return control_db_held_up(&((struct app *)arg)->control);
}

static void
use_idle_time(struct app *app, const struct watchdog *watchdog)
{
	watchdog_arm(watchdog, clock_mono_ns() + (uint64_t)app->conf.web_deadline_ms * CLOCK_MS);
	app_join(app, false);
	settings_follow(app);
	if (app->db != NULL)
		db_prepare(app->db);
	watchdog_arm(watchdog, 0);
}

int
serve_run(struct app *app, struct fcgi *fcgi)
{
	uint64_t until_ns = app->broken ? clock_mono_ns() + BROKEN_STAYS_NS : CLOCK_NEVER;
	enum fcgi_event got;
	struct watchdog watchdog;
	struct arena a;
	struct err e = {0};

	if (!watchdog_open(&watchdog, &e))
		return EX_OSERR;
	fcgi_schedule(fcgi, serve_light, serve_held, app);
	arena_init(&a, (size_t)app->conf.web_request_mem_b);
	settings_begin(app);
	use_idle_time(app, &watchdog);
	for (;;) {
		bool prepares = app->db != NULL && db_unprepared(app->db);
		uint64_t look_ns = clock_mono_ns() + (prepares ? PREPARE_LOOK_NS : IDLE_LOOK_NS);

		stats_due(&app->stats, look_ns + LATE_NS);
		if (app->ends)
			(void)raise(SIGTERM);
		got = fcgi_next(fcgi, until_ns < look_ns ? until_ns : look_ns);
		if (got == FCGI_EVENT_REQUEST)
			serve_one(app, fcgi, &a, &watchdog);
		else if (got == FCGI_EVENT_TIME && clock_left_ns(until_ns) > 0)
			use_idle_time(app, &watchdog);
		else
			break;
	}
	arena_fini(&a);
	/* Libraries say goodbye to their servers while the process ends, which must not take for ever. */
	watchdog_arm(&watchdog, clock_mono_ns() + (uint64_t)app->conf.web_grace_ms * CLOCK_MS);
	return got == FCGI_EVENT_STOP ? EXIT_SUCCESS : EX_CONFIG;
}
