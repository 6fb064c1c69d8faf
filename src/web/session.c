#include "web/session.h"

#include "plat/cache/cache.h"
#include "store/order/cart_store.h"
#include "view/view.h"
#include "serve/app.h"
#include "web/fields.h"

/* as long as a cart */
#define COOKIE_LIVES_S (INT64_C(180) * 86400)
#define SESSION_COOKIE "kontor"

static bool
session_load(struct request *rq, struct err *e)
{
	struct session_wanted want = {.cookie = rq->session_token, .cart_units = !rq->post, .now_s = rq->now_s};

	return session_find(rq->db, rq->a, &want, &rq->session, e);
}

static bool
session_fill(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	struct request *rq = arg;

	for (size_t i = 0; i < n; i++) {
		if (!session_load(rq, e))
			return false;
		if (rq->session != NULL)
			want[i]->value = session_pack(a, rq->session);
	}
	return true;
}

static bool
session_read(struct arena *a, struct cache_item *item, struct str value, struct err *e)
{
	const struct request *rq = item->arg;
	struct session *s = ARENA_NEW(a, struct session);

	if (!session_unpack(value, rq->session_token, s))
		return err_set(e, ERR_UPSTREAM, "the cache holds no session under a session's key");
	item->made = s;
	return true;
}

/* Like the database, memcached stores only a hash of the token. */
static struct cache_key
key_of(const struct request *rq, const uint8_t hash[SECRET_HASH_B])
{
	return cache_key(rq->cache, CACHE_session, STR_NONE, secret_hex(rq->a, hash, SECRET_HASH_B));
}

/* Loads the copy in memcached, for pages that show only the size of the cart. The copy is stale for a while if
 * memcached lost a delete, or if a worker died between COMMIT and delete. */
static bool
session_load_copy(struct request *rq, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];
	struct cache_item item = {.arg = rq, .read = session_read};

	if (!secret_token_hash(rq->session_token, hash))
		return true;
	item.key = key_of(rq, hash);
	if (!cache_fetch(rq->cache, rq->a, &item, 1, session_fill, rq, e))
		return false;
	rq->session = item.how == CACHE_NONE ? NULL : item.made;
	return true;
}

static bool
session_policy_load(struct request *rq, bool copy, struct err *e)
{
	return copy ? session_load_copy(rq, e) : session_load(rq, e);
}

static void
session_changed(struct request *rq)
{
	uint8_t hash[SECRET_HASH_B];
	struct cache_key key;

	secret_hash(str_n(rq->session->token, sizeof(rq->session->token)), hash);
	key = key_of(rq, hash);
	(void)cache_forget(rq->cache, rq->a, &key, 1);
}

bool
session_need(struct request *rq, struct err *e)
{
	if (rq->session != NULL)
		return true;
	if (!session_create(rq->db, rq->a, rq->now_s, &rq->session, e))
		return false;
	response_cookie(&rq->res, rq->a, &rq->app->origin, rq->app->session_cookie.own,
	    session_cookie(rq->a, rq->session), COOKIE_LIVES_S);
	return true;
}

bool
session_forget(struct request *rq, struct err *e)
{
	if (!session_end(rq->db, rq->session, rq->now_s, e))
		return false;
	response_cookie(&rq->res, rq->a, &rq->app->origin, rq->app->session_cookie.own, STR(""), -1);
	return true;
}

static struct str
session_token(const struct request *rq)
{
	return session_csrf(rq->session);
}

/* The visitor's part of every page: the cart's count and the token of forms. */
static bool
session_show(struct request *rq, struct view *me, struct err *e)
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
session_paused(const struct request *rq)
{
	const struct control *ctl = &rq->app->control;

	return !rq->app->joined || control_paused(ctl) || control_shop_paused(ctl) != 0
	    || breaker_is_open(ctl, BREAKER_DB);
}

const struct site_session session_policy = {
    .cookie = SESSION_COOKIE,
    .token_field = F_csrf,
    .load = session_policy_load,
    .token = session_token,
    .changed = session_changed,
    .show = session_show,
};
