/* page_order.c - the page of an order, found by its secret link. */
#include "base/log.h"
#include "base/num.h"
#include "plat/cache/cache.h"
#include "shop/order.h"
#include "store/document/document_store.h"
#include "store/download/download_store.h"
#include "store/order/order_cache.h"
#include "store/order/order_store.h"
#include "view/encode.h"
#include "view/url.h"
#include "work/download/download_tree.h"
#include "serve/app.h"
#include "web/checkout_view.h"
#include "web/handlers.h"
#include "web/session.h"

#define ETAG_CHARS 32
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

static bool
put_documents(const struct request *rq, struct arena *a, struct view *v, struct str hash, struct err *e)
{
	struct view *list = view_sublist(v, N_documents);
	struct document_links links;

	if (!document_links_get(rq->db, a, hash, &links, e))
		return false;
	for (size_t i = 0; i < links.n; i++) {
		struct view *d = view_add(list);

		view_bool(d, links.v[i].kind == DOCUMENT_INVOICE ? N_invoice : N_credit_note, true);
		view_str(d, N_number, links.v[i].number);
		view_date(d, N_when, links.v[i].issued_at);
	}
	return true;
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
		bool goods = false;
		struct view *tree;
		struct order o;

		if (!order_get(rq->db, a, hash, &o, e)) {
			if (e->kind != ERR_NOT_FOUND)
				return false;
			err_clear(e);
			continue;
		}
		if ((has_moved(&o) && !story_get(rq->db, a, hash, &story, e))
		    || (o.states.of[ORDER_MACHINE_PAYMENT] != ORDER_PAYMENT_DUE
			&& !download_any(rq->db, a, hash, &goods, e)))
			return false;
		tree = order_page_tree(rq, &o, &story);
		view_bool(tree, N_downloads, goods);
		if ((has_moved(&o) && !put_documents(rq, a, tree, hash, e))
		    || !view_encoded(a, tree, &want[i]->value, e))
			return false;
	}
	return true;
}

/* The shape of a cached order, on which this file relies. */
static const struct view_shape order_fields[] = {
    {N_id, VIEW_IS(VIEW_INT), true, NULL}, {N_placed, VIEW_IS(VIEW_DATE), false, NULL},
    {N_downloads, VIEW_IS(VIEW_BOOL), true, NULL}, {0}};
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
order_hash_read(struct request *rq, uint8_t hash[SECRET_HASH_B], struct err *e)
{
	switch (order_link_read(&rq->app->links, rq->args.token, hash)) {
	case ORDER_LINK_GOOD: return true;
	case ORDER_LINK_UNKNOWN:
		stats_add(&rq->app->stats, STAT_order_links_unknown, 1);
		return err_set(e, ERR_NOT_FOUND, "the link was not made by one of this host's keys");
	default: return err_set(e, ERR_NOT_FOUND, "not the token of a link");
	}
}

/* Read each time: how often a file was fetched changes without the order, and codes are in no cache. Without the
 * database the page shows the rest. */
static void
put_downloads(const struct request *rq, struct view *order, struct str hash, struct str url)
{
	const char *secret_file = rq->app->conf.codes_secret_file.p;
	const struct view *any = view_take(order, N_downloads);
	struct downloads files;
	struct codes_sold codes;
	struct err lost = {0};

	if (!view_truth(any))
		return;
	if (grant_files_by_link(rq->db, rq->a, hash, &files, &lost))
		download_tree_files(order, rq->lang, url, &files);
	if (lost.kind == ERR_NONE && code_by_link(rq->db, rq->a, secret_file, hash, &codes, &lost))
		download_tree_codes(order, &codes);
	if (lost.kind != ERR_NONE)
		log_put(LOG_WARN, "event=downloads_unread place=%s msg=\"%s\"", lost.place, lost.msg);
}

bool
form_order(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	uint8_t raw[SECRET_HASH_B] = {0};
	struct str hash = str_n(raw, sizeof(raw));
	struct cache_item item = {.arg = &hash, .read = order_read};
	struct str url = url_to(&rq->app->urls, rq->a, rq->lang, URL_order, rq->args.token);
	struct view *v;

	(void)page;
	if (!order_hash_read(rq, raw, e))
		return false;
	item.key = cache_key(rq->cache, CACHE_order, rq->lang->tag, order_cache_id(rq->a, hash));
	if (!cache_fetch(rq->cache, rq->a, &item, 1, order_fill, rq, e))
		return false;
	if (item.how == CACHE_NONE)
		return err_set(e, ERR_NOT_FOUND, "no order has this token");
	v = item.made;
	/* not cached, since neither memcached nor the database may contain the secret */
	view_str(v, N_url, url_absolute(&rq->app->urls, rq->a, url));
	view_str(v, N_withdraw_url, url_to(&rq->app->urls, rq->a, rq->lang, URL_withdraw_order, rq->args.token));
	put_downloads(rq, v, hash, url);
	if (is_new(rq, view_take(v, N_id), view_get(v, N_placed)))
		view_bool(v, N_is_new, true);
	view_put(me, N_order, v);
	return true;
}

/* ---- downloads: the form counts one, the address that it leads to is the file, which the web server sends ---- */

/* Set by the web servers' configuration where they can send files; a client's header has another name. */
#define SENDS "KONTOR_SENDS"

static struct str
page_url(const struct request *rq)
{
	return url_to(&rq->app->urls, rq->a, rq->lang, URL_order, rq->args.token);
}

static bool
to_order(struct request *rq)
{
	response_redirect(&rq->res, 303, str_fmt(rq->a, "%.*s#downloads", STR_ARG(page_url(rq))));
	return true;
}

static bool
server_sends(const struct request *rq, struct err *e)
{
	return request_header(rq, SENDS).n > 0
	    || err_set(e, ERR_UPSTREAM, "the web server sends no files: kontor doctor downloads names the remedy");
}

static void
put_sendfile(struct request *rq, struct str name)
{
	response_header(&rq->res, "X-Sendfile",
	    str_fmt(rq->a, "%.*s/%.*s", STR_ARG(rq->app->conf.paths_download_dir), STR_ARG(name)));
}

static bool
download_send(struct request *rq, const struct download_sent *s)
{
	rq->res.type = s->type;
	rq->res.cache = RESPONSE_HISTORY;
	put_sendfile(rq, s->hash);
	/* of the contents, so the same on all hosts: a download that was interrupted may go on at another one */
	response_header(&rq->res, "ETag", str_fmt(rq->a, "\"%.*s\"", STR_ARG(str_head(s->hash, ETAG_CHARS))));
	response_header(&rq->res, "Content-Disposition", download_disposition(rq->a, s->name));
	stats_add(&rq->app->stats, STAT_downloads_sent, 1);
	return true;
}

/* The ticket stands in the address: it is valid for hours, so that an interrupted download can be resumed. */
static bool
count_one(struct request *rq, const struct download_ask *ask, struct err *e)
{
	struct str url = str_fmt(rq->a, "%.*s/download/%llu", STR_ARG(page_url(rq)), (unsigned long long)ask->id);

	if (!download_take(rq->db, rq->a, ask, e)) {
		if (e->kind != ERR_CONFLICT)
			return false;
		err_clear(e);
		stats_add(&rq->app->stats, STAT_downloads_refused, 1);
		return to_order(rq);
	}
	response_redirect(&rq->res, 303, url_query(rq->a, url, "ticket", ask->ticket));
	return true;
}

bool
raw_order_download(struct request *rq, struct err *e)
{
	uint8_t hash[SECRET_HASH_B] = {0};
	struct download_ask ask = {
	    .token_hash = str_n(hash, sizeof(hash)), .ticket = field_text(&rq->fields, F_ticket)};
	struct download_sent sent;

	rq->res.cache = RESPONSE_PRIVATE;
	rq->res.no_referrer = true;
	if (!num_u64(rq->args.slug, 1, INT64_MAX, &ask.id))
		return err_set(e, ERR_NOT_FOUND, "not the number of a download");
	if (!order_hash_read(rq, hash, e))
		return false;
	if (!secret_is_token(ask.ticket))
		return to_order(rq);
	if (!server_sends(rq, e))
		return false;
	if (rq->post)
		return count_one(rq, &ask, e);
	if (download_find(rq->db, rq->a, &ask, &sent, e))
		return download_send(rq, &sent);
	if (e->kind != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return to_order(rq);
}

bool
raw_download_probe(struct request *rq, struct err *e)
{
	if (!server_sends(rq, e))
		return false;
	rq->res.type = STR("text/plain; charset=utf-8");
	rq->res.cache = RESPONSE_PRIVATE;
	put_sendfile(rq, STR(DOWNLOAD_PROBE));
	return true;
}

/* A document as it was issued. */
bool
raw_order_document(struct request *rq, struct err *e)
{
	uint8_t hash[SECRET_HASH_B] = {0};
	bool found;

	if (!order_hash_read(rq, hash, e)
	    || !document_page_find(
		rq->db, rq->a, str_n(hash, sizeof(hash)), rq->args.slug, &rq->res.body, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "the order has no such document");
	rq->res.type = STR("text/html; charset=utf-8");
	rq->res.cache = RESPONSE_PRIVATE;
	rq->res.own_style = true;
	return true;
}
