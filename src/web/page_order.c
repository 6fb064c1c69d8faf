/* page_order.c - the page of an order, found by its secret link. */
#include "plat/cache/cache.h"
#include "shop/order.h"
#include "store/order/order_cache.h"
#include "store/order/order_store.h"
#include "view/encode.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/checkout_view.h"
#include "web/handlers.h"
#include "web/session.h"

#define NEW_S 900 /* so long after ordering, the page thanks the buyer */

/* Workers and jobs of the release before change no version. */
static bool
has_moved(const struct order *o)
{
	uint8_t state = o->states.of[ORDER_MACHINE_ORDER];

	return o->version > 1 || (state != ORDER_ORDER_AWAITING_PAYMENT && state != ORDER_ORDER_CONFIRMED);
}

static bool
story_get(struct db *db, struct arena *a, struct str hash, struct order_story *s, struct err *e)
{
	struct order_account *account = ARENA_NEW(a, struct order_account);

	s->account = account;
	return order_moments_get(db, a, hash, &s->moments, e) && order_parcels_get(db, a, hash, &s->parcels, e)
	       && order_fates_get(db, a, hash, &s->fates, e) && order_returns_get(db, a, hash, &s->returns, e)
	       && order_notes_get(db, a, hash, &s->notes, e) && order_account_get(db, a, hash, account, e);
}

/* The part that is the same for everyone with the link. */
static struct view *
order_page_tree(const struct request *rq, const struct order *o, const struct order_story *story)
{
	const struct order_tree_site s = checkout_order_tree(rq);
	struct view *v = order_tree(&s, o, story);

	view_int(v, N_id, (int64_t)o->session_id);
	return v;
}

static bool
order_fill(void *arg, struct arena *a, struct cache_item **want, size_t n, struct err *e)
{
	const struct request *rq = arg;

	for (size_t i = 0; i < n; i++) {
		struct str hash = *(const struct str *)want[i]->arg;
		struct order_story story = {.notes = {.n = 0}};
		struct order o;

		if (!order_get(rq->db, a, hash, &o, e)) {
			if (e->kind != ERR_NOT_FOUND)
				return false;
			err_clear(e);
			continue;
		}
		if ((has_moved(&o) && !story_get(rq->db, a, hash, &story, e))
		    || !view_encoded(a, order_page_tree(rq, &o, &story), &want[i]->value, e))
			return false;
	}
	return true;
}

/* The shape of a cached order, on which this file relies. */
static const struct view_shape order_fields[] = {
    {N_id, VIEW_IS(VIEW_INT), true, NULL}, {N_placed, VIEW_IS(VIEW_DATE), false, NULL}, {0}};
static const struct view_shape order_shape = {.types = VIEW_IS(VIEW_OBJECT), .fields = order_fields};

static bool
order_read(struct arena *a, struct cache_item *item, struct str value, struct err *e)
{
	struct view *v;

	if (!view_decode(a, value, &order_shape, &v, e))
		return false;
	item->made = v;
	return true;
}

static bool
is_new(const struct request *rq, const struct view *owner, const struct view *placed)
{
	return rq->session != NULL && owner != NULL && (uint64_t)owner->u.i == rq->session->id && placed != NULL
	    && rq->now_s - placed->u.i < NEW_S;
}

static bool
read_link(struct request *rq, uint8_t hash[SECRET_HASH_B], struct err *e)
{
	switch (order_link_read(&rq->app->links, rq->args.token, hash)) {
	case ORDER_LINK_GOOD: return true;
	case ORDER_LINK_UNKNOWN:
		stats_add(&rq->app->stats, STAT_order_links_unknown, 1);
		return err_set(e, ERR_NOT_FOUND, "the link was not made by one of this host's keys");
	default: return err_set(e, ERR_NOT_FOUND, "not the token of a link");
	}
}

bool
form_order(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	uint8_t raw[SECRET_HASH_B] = {0};
	struct str hash = str_n(raw, sizeof(raw));
	struct cache_item item = {.arg = &hash, .read = order_read};
	struct view *v;

	(void)page;
	if (!read_link(rq, raw, e))
		return false;
	item.key = cache_key(rq->cache, CACHE_order, rq->lang->tag, order_cache_id(rq->a, hash));
	if (!cache_fetch(rq->cache, rq->a, &item, 1, order_fill, rq, e))
		return false;
	if (item.how == CACHE_NONE)
		return err_set(e, ERR_NOT_FOUND, "no order has this token");
	v = item.made;
	/* not cached, since neither memcached nor the database may contain the secret */
	view_str(v, N_url, url_absolute(&rq->app->urls, rq->a,
			       url_to(&rq->app->urls, rq->a, rq->lang, URL_order, rq->args.token)));
	view_str(v, N_withdraw_url, url_to(&rq->app->urls, rq->a, rq->lang, URL_withdraw_order, rq->args.token));
	if (is_new(rq, view_take(v, N_id), view_get(v, N_placed)))
		view_bool(v, N_is_new, true);
	view_put(me, N_order, v);
	return true;
}
