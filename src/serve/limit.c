#include "serve/limit.h"

#include <string.h>

#include "base/clock.h"
#include "plat/cache/limiter.h"
#include "plat/text/secret.h"
#include "serve/addr.h"
#include "serve/app.h"
#include "serve/site.h"

#define HEADER_MAX_B 512
#define LINES_MAX 10 /* of refusals, in LINES_NS */
#define LINES_NS (10 * CLOCK_S)

_Static_assert(LIMIT_pages == 0 && STAT_limit_order_allowed == STAT_limit_pages_allowed + LIMIT_order
	&& STAT_limit_order_refused == STAT_limit_pages_refused + LIMIT_order,
    "the counters are in the order of the limits");

/* With limits.trusted empty, as by default, a page costs no search in it. */
static bool
is_trusted(const struct request *rq)
{
	return rq->app->conf.limits_trusted.n > 0 && addr_in(rq->client, &rq->app->conf.limits_trusted);
}

/* False if the limit is per session and there is none: the request then counts for its address, apart. */
static void
identify(const struct request *rq, struct limiter_ask *ask, struct rates *by_address)
{
	uint8_t hash[SECRET_HASH_B];

	if (ask->rates->per == RATE_PER_SESSION && rq->session != NULL) {
		secret_hash(rq->app->site->session->token(rq), hash);
		memcpy(ask->client, hash, sizeof(ask->client));
		return;
	}
	if (ask->rates->per == RATE_PER_SESSION) {
		*by_address = *ask->rates;
		by_address->per = RATE_PER_ADDRESS;
		ask->rates = by_address;
	}
	addr_key(rq->client, ask->client);
}

static void
put_name(struct buf *b, const char *comma, enum limit limit, const struct rate *r)
{
	buf_fmt(b, "%s\"%s-%u\"", comma, limit_name(limit), r->period_s);
}

static uint32_t
seconds(uint32_t ms)
{
	return (ms + 999) / 1000;
}

/* Structured fields (RFC 9651): one member for each rate. */
static void
note_headers(struct request *rq, enum limit limit, const struct rates *rates, const struct rate_left *left)
{
	struct buf policy, state;

	buf_init(&policy, rq->a, HEADER_MAX_B);
	buf_init(&state, rq->a, HEADER_MAX_B);
	buf_put(&policy, rq->limit_policy);
	buf_put(&state, rq->limit_state);
	for (size_t i = 0; i < rates->n; i++) {
		put_name(&policy, policy.n == 0 ? "" : ", ", limit, &rates->v[i]);
		buf_fmt(&policy, ";q=%u;w=%u", rates->v[i].n, rates->v[i].period_s);
		put_name(&state, state.n == 0 ? "" : ", ", limit, &rates->v[i]);
		buf_fmt(&state, ";r=%u;t=%u", left[i].n, seconds(left[i].wait_ms));
	}
	rq->limit_policy = buf_str(&policy);
	rq->limit_state = buf_str(&state);
}

static bool
limit_refuse(struct request *rq, enum limit limit, const struct rates *rates, const struct limiter_answer *answer,
    struct err *e)
{
	uint32_t wait_s = 1;
	struct buf b;

	for (size_t i = 0; i < rates->n; i++)
		if (answer->left[i].n == 0 && seconds(answer->left[i].wait_ms) > wait_s)
			wait_s = seconds(answer->left[i].wait_ms);
	stats_add(&rq->app->stats, STAT_limit_pages_refused + limit, 1);
	buf_init(&b, rq->a, HEADER_MAX_B);
	rates_format(&b, rates);
	(void)err_set(e, ERR_RATE_LIMITED, "client %.*s has reached limits.%s: %.*s",
	    STR_ARG(rq->client.n == 0 ? STR("unknown") : rq->client), limit_name(limit), STR_ARG(buf_str(&b)));
	e->retry_after_s = (int)wait_s;
	return false;
}

static bool
settle(struct request *rq, enum limit limit, const struct rates *rates, const struct limiter_answer *answer,
    struct err *e)
{
	struct stats *st = &rq->app->stats;

	stats_add(st, STAT_limit_races, answer->lost);
	if (answer->end == LIMITER_UNCOUNTED) {
		stats_add(st, STAT_limit_uncounted, 1);
		return (limit_flags(limit) & LIMIT_CLOSED) == 0
		    || err_set(e, ERR_BUSY, "limits.%s cannot be counted", limit_name(limit));
	}
	if (answer->by_host && limit != LIMIT_pages)
		stats_add(st, STAT_limit_by_host, 1);
	if (limit != LIMIT_pages || answer->end != LIMITER_ALLOWED)
		note_headers(rq, limit, rates, answer->left);
	if (answer->end != LIMITER_ALLOWED)
		return limit_refuse(rq, limit, rates, answer, e);
	stats_add(st, STAT_limit_pages_allowed + limit, 1);
	return true;
}

static bool
apply(struct request *rq, enum limit limit, struct err *e)
{
	const struct limiter limiter = {limit == LIMIT_pages ? NULL : rq->cache, &rq->app->tally, rq->a};
	struct limiter_ask ask = {.name = limit_name(limit), .rates = &rq->app->limits[limit]};
	struct limiter_answer answer;
	struct rates by_address;
	bool ok;

	if (ask.rates->n == 0)
		return true;
	identify(rq, &ask, &by_address);
	limiter_take(&limiter, &ask, &answer);
	ok = settle(rq, limit, ask.rates, &answer, e);
	if (limit != LIMIT_pages)
		log_put(LOG_DEBUG, "event=limit limit=%s client=%.*s at_ms=%llu allowed=%d by=%s lost=%u", ask.name,
		    STR_ARG(rq->client), (unsigned long long)answer.at_ms, ok, answer.by_host ? "host" : "memcached",
		    answer.lost);
	return ok;
}

/* Pages for monitoring are never refused. */
static bool
is_exempt(struct request *rq)
{
	struct err none = {0};
	struct route_match m;

	if (!route_find(&rq->app->site->routes, rq->a, rq->method, rq->path, &m, &none) || m.route == NULL)
		return false;
	rq->json = rq->json || m.json;
	return (m.route->flags & ROUTE_UNLIMITED) != 0;
}

bool
limit_pages(struct request *rq, struct err *e)
{
	if (is_trusted(rq) || apply(rq, LIMIT_pages, e))
		return true;
	if (!is_exempt(rq))
		return false;
	err_clear(e);
	return true;
}

/* `late`: those per session, if the request has a session's cookie. */
static bool
apply_all(struct request *rq, bool late, struct err *e)
{
	unsigned limits = rq->route->limits;

	if (limits == 0 || is_trusted(rq))
		return true;
	for (unsigned i = 0; i < LIMIT__MAX; i++) {
		bool waits = rq->app->limits[i].per == RATE_PER_SESSION && rq->session_token.n > 0;

		if ((limits & 1U << i) != 0 && waits == late && !apply(rq, (enum limit)i, e))
			return false;
	}
	return true;
}

bool
limit_route(struct request *rq, struct err *e)
{
	return apply_all(rq, false, e);
}

bool
limit_session(struct request *rq, struct err *e)
{
	return apply_all(rq, true, e);
}

struct str
limit_client(const struct request *rq)
{
	uint8_t address[ADDR_KEY_B];
	char *hash;

	if (is_trusted(rq))
		return STR_NONE;
	addr_key(rq->client, address);
	hash = arena_alloc(rq->a, SECRET_TOKEN_B);
	secret_derive(str_n(rq->app->client_key, SECRET_KEY_B), str_n(address, sizeof(address)), (uint8_t *)hash);
	return str_n(hash, SECRET_TOKEN_B);
}

void
limit_headers(struct request *rq)
{
	if (rq->limit_policy.n == 0)
		return;
	response_header(&rq->res, "RateLimit-Policy", rq->limit_policy);
	response_header(&rq->res, "RateLimit", rq->limit_state);
}

bool
limit_may_log(uint64_t now_ns, uint64_t *left_out)
{
	static uint64_t until_ns, lines, hidden;

	if (now_ns >= until_ns) {
		until_ns = now_ns + LINES_NS;
		lines = 0;
	}
	if (lines++ >= LINES_MAX) {
		hidden++;
		return false;
	}
	*left_out = hidden;
	hidden = 0;
	return true;
}
