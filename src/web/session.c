#include "web/session.h"

#include "store/cart_store.h"
#include "view/view.h"
#include "web/app.h"

/* As long as a cart is kept for its visitor. */
#define COOKIE_LIVES_S (INT64_C(180) * 86400)

bool
session_load(struct request *rq, struct err *e)
{
	struct session_wanted want = {.cookie = rq->session_token, .cart_units = !rq->post, .now_s = rq->now_s};

	return session_find(rq->db, rq->a, &want, &rq->session, e);
}

bool
session_need(struct request *rq, struct err *e)
{
	if (rq->session != NULL)
		return true;
	if (!session_create(rq->db, rq->a, rq->now_s, &rq->session, e))
		return false;
	response_cookie(&rq->res, rq->a, &rq->app->origin, STR(SESSION_COOKIE), session_cookie(rq->a, rq->session),
	    COOKIE_LIVES_S);
	return true;
}

bool
session_view(struct request *rq, struct view *me, struct err *e)
{
	int64_t units = rq->session->cart_units;

	if (units < 0 && !cart_count(rq->db, rq->a, rq->session->id, &units, e))
		return false;
	if (units > 0)
		view_int(me, N_cart_count, units);
	view_str(me, N_csrf, session_csrf(rq->session));
	return true;
}

bool
session_notice_due(const struct request *rq)
{
	struct stats *st = &rq->app->stats;

	return stats_paused(st) || breaker_is_open(st, BREAKER_DB);
}

void
session_notice(struct request *rq, struct view *me)
{
	if (session_notice_due(rq))
		view_bool(me, N_paused, true);
}
