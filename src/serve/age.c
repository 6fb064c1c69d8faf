#include "serve/age.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/watchdog.h"
#include "plat/cache/cache.h"
#include "plat/db/db.h"
#include "plat/fcgi/fcgi.h"
#include "serve/app.h"

#define ANSWER_NS CLOCK_S	/* before its time-out the web server must have read the answer */
#define WAITED_NS CLOCK_S	/* a request that may have waited so long may have been given up */
#define OLDEST_MS (3600 * 1000) /* an older time is that of a clock that was set */

static uint64_t
server_timeout_ns(const struct request *rq)
{
	return (uint64_t)conf_server_timeout_s(&rq->app->conf) * CLOCK_S;
}

/* Apache's %t: "t=1700000000000000", the microsecond in which it began to read the request. Another web server would
 * pass the header of a client. A client may send its request slowly, but that time is not the web server's: the request
 * came after the time when nothing waited for the workers. */
static bool
told_begin(const struct request *rq, uint64_t *begun_ns)
{
	struct str text = request_header(rq, "HTTP_X_KONTOR_BEGUN");
	uint64_t us, now_ms = clock_utc_ms();

	if (!str_starts(request_header(rq, "SERVER_SOFTWARE"), STR("Apache")) || !str_starts(text, STR("t="))
	    || fcgi_param_count(rq->fcgi, "HTTP_X_KONTOR_BEGUN") != 1 || fcgi_trickled(rq->fcgi)
	    || !num_u64(str_from(text, 2), 0, INT64_MAX, &us))
		return false;
	if (us / 1000 > now_ms || us / 1000 + OLDEST_MS < now_ms)
		return false;
	*begun_ns = clock_mono_ns() - (now_ms - us / 1000) * CLOCK_MS;
	if (*begun_ns < rq->queued_ns)
		*begun_ns = rq->queued_ns;
	return *begun_ns < rq->start_ns;
}

static void
age_limit(struct request *rq, int64_t ms)
{
	uint64_t limit_ns = rq->begun_ns + server_timeout_ns(rq) - ANSWER_NS;

	rq->deadline_ns = rq->start_ns + (uint64_t)ms * CLOCK_MS;
	if (rq->deadline_ns > limit_ns)
		rq->deadline_ns = limit_ns;
}

void
age_begin(struct request *rq)
{
	const struct conf *c = &rq->app->conf;

	rq->start_ns = rq->begun_ns = fcgi_since_ns(rq->fcgi);
	rq->queued_ns = fcgi_queued_ns(rq->fcgi);
	if (told_begin(rq, &rq->begun_ns))
		rq->queued_ns = rq->begun_ns;
	rq->gone = clock_left_ns(rq->queued_ns + WAITED_NS) == 0 && fcgi_gone(rq->fcgi);
	age_limit(rq, c->web_deadline_ms);
	rq->expired = clock_left_ns(rq->deadline_ns) == 0;
	if (rq->expired)
		rq->deadline_ns = clock_mono_ns() + (uint64_t)c->web_grace_ms * CLOCK_MS;
}

void
age_pass_on(const struct request *rq)
{
	if (rq->db != NULL)
		db_deadline(rq->db, rq->deadline_ns);
	if (rq->cache != NULL)
		cache_deadline(rq->cache, rq->deadline_ns);
}

int64_t
age_order_ms(const struct conf *c)
{
	return c->web_order_deadline_ms > c->web_deadline_ms ? c->web_order_deadline_ms : c->web_deadline_ms;
}

void
age_route(struct request *rq)
{
	const struct conf *c = &rq->app->conf;
	int64_t ms = c->web_deadline_ms;

	if ((rq->route->flags & ROUTE_ORDERS) && rq->post)
		ms = age_order_ms(c);
	if (rq->route->deadline_ms > 0 && rq->route->deadline_ms < ms)
		ms = rq->route->deadline_ms;
	if (ms == c->web_deadline_ms)
		return;
	age_limit(rq, ms);
	age_pass_on(rq);
	stats_due(&rq->app->stats, rq->deadline_ns);
	watchdog_arm(rq->watchdog, rq->deadline_ns + (uint64_t)c->web_grace_ms * CLOCK_MS);
}

bool
age_is_over(const struct request *rq)
{
	return rq->gone || clock_left_ns(rq->begun_ns + server_timeout_ns(rq)) == 0;
}

bool
age_may_be_over(const struct request *rq)
{
	return clock_left_ns(rq->queued_ns + server_timeout_ns(rq)) == 0;
}
