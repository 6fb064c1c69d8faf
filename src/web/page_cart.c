/* page_cart.c - shows and changes the cart. */
#include "base/log.h"
#include "view/url.h"
#include "serve/app.h"
#include "web/cart_view.h"
#include "web/goods_view.h"
#include "web/handlers.h"
#include "web/session.h"

#define POPULAR_N 4

/* The cart then says what was done ("added" or "removed"), and offers to undo it. */
static bool
to_cart_done(struct request *rq, const char *done, uint64_t variant_id, int qty)
{
	struct str url = url_to(&rq->app->urls, rq->a, rq->lang, URL_cart, STR_NONE);

	url = url_query(rq->a, url, done, str_fmt(rq->a, "%llu", (unsigned long long)variant_id));
	response_redirect(&rq->res, 303, url_query(rq->a, url, "quantity", str_fmt(rq->a, "%d", qty)));
	return true;
}

/* A visitor who has just sent a form, and comes without any cookie: his browser refuses them. */
static bool
lacks_cookie(const struct request *rq)
{
	return rq->session_tokens.n == 0 && (field_good(&rq->fields, F_added) || field_good(&rq->fields, F_nocookie));
}

/* Shows the line that was just added, if it is in the cart; `quantity` is the line's without what was added. */
static void
put_added(const struct request *rq, const struct cart_page *p, struct view *me)
{
	int64_t added = field_int(&rq->fields, F_added, 0), qty = field_int(&rq->fields, F_quantity, 1);

	for (size_t i = 0; i < p->plan.n; i++) {
		const struct cart_line *line = p->plan.lines[i].cart;

		if (p->found && (int64_t)line->variant_id == added) {
			struct view *v = view_sub(me, N_added);

			view_int(v, N_id, added);
			view_str(v, N_name, line->title);
			view_str(v, N_text, line->options);
			view_int(v, N_quantity, line->qty > qty ? line->qty - qty : 0);
			view_int(v, N_held, line->qty);
		}
	}
}

/* Shows that a line was removed, unless it is there again. */
static void
put_removed(const struct request *rq, const struct cart_page *p, struct view *me)
{
	int64_t removed = field_int(&rq->fields, F_removed, 0);
	struct view *v;

	for (size_t i = 0; p->found && i < p->plan.n; i++)
		if ((int64_t)p->plan.lines[i].cart->variant_id == removed)
			return;
	if (removed == 0)
		return;
	v = view_sub(me, N_removed);
	view_int(v, N_id, removed);
	view_int(v, N_quantity, field_int(&rq->fields, F_quantity, 1));
}

/* An empty cart shows popular goods, if they can be read. */
static void
put_popular(const struct request *rq, struct view *page)
{
	struct page_ctx cx = request_public(rq, NULL);
	struct goods_ids ids;
	struct err lost = {0};

	if (!goods_ids_tagged(&cx, STR("featured"), POPULAR_N, &ids, &lost)
	    || !goods_put_cards(&cx, ids.ids, ids.n, view_sublist(page, N_popular), &lost))
		log_put(LOG_WARN, "event=popular_unread place=%s msg=\"%s\"", lost.place, lost.msg);
}

bool
form_cart(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct cart_page p;

	if (!cart_page_load(rq, &p, e))
		return false;
	if (p.found) {
		struct page_ctx cx = request_public(rq, NULL);

		cart_put_offer(&cx, page);
	} else
		put_popular(rq, page);
	if (lacks_cookie(rq))
		view_bool(me, N_no_cookie, true);
	if (rq->session == NULL && field_good(&rq->fields, F_forgotten))
		view_bool(me, N_forgotten, true);
	cart_page_put(rq, &p, me);
	put_added(rq, &p, me);
	put_removed(rq, &p, me);
	return true;
}

/* Chooses the variant with the option values, else the variant named, else the product's first variant. */
static bool
page_choose(struct request *rq, const struct cart_choice *c, uint64_t *variant_id, struct err *e)
{
	bool any = c->picks[0] != 0 || c->values[0].n + c->values[1].n + c->values[2].n > 0;

	*variant_id = (uint64_t)field_int(&rq->fields, F_variant, 0);
	if (!any && *variant_id != 0)
		return true;
	if (c->product_id == 0)
		return err_set(e, ERR_INPUT, "the form names no product");
	return cart_choose(rq->db, rq->a, c, variant_id, e);
}

/* Without scripts, options can be combined that do not exist together: the product's page says so and shows the
 * nearest. */
static bool
to_nearest(struct request *rq, const struct cart_choice *c, struct err *e)
{
	static const char *const names[] = {"pick1", "pick2", "pick3"};
	bool picked = c->picks[0] != 0;
	struct cart_nearest nearest;
	struct str url;

	if (!cart_choose_nearest(rq->db, rq->a, c, &nearest, e)) {
		if (e->kind != ERR_NOT_FOUND)
			return false;
		err_clear(e);
		return err_set(e, ERR_CONFLICT, "the product is no longer sold");
	}
	url = url_product(&rq->app->urls, rq->a, rq->lang, nearest.handle, picked ? 0 : nearest.variant_id);
	if (!picked)
		url = url_query(rq->a, url, "nearest", STR("1"));
	for (size_t i = 0; picked && i < ARRAY_LEN(names); i++)
		if (c->picks[i] != 0)
			url = url_query(
			    rq->a, url, names[i], str_fmt(rq->a, "%llu", (unsigned long long)c->picks[i]));
	response_redirect(&rq->res, 303, url);
	return true;
}

static bool
add(struct request *rq, struct cart_change *c, struct err *e)
{
	struct cart_choice choice = {
	    .product_id = (uint64_t)field_int(&rq->fields, F_product, 0),
	    .values = {field_text(&rq->fields, F_option1), field_text(&rq->fields, F_option2),
		field_text(&rq->fields, F_option3)},
	    .picks = {(uint64_t)field_int(&rq->fields, F_pick1, 0), (uint64_t)field_int(&rq->fields, F_pick2, 0),
		(uint64_t)field_int(&rq->fields, F_pick3, 0)},
	};

	if (!page_choose(rq, &choice, &c->variant_id, e))
		return false;
	if (c->variant_id == 0)
		return to_nearest(rq, &choice, e);
	if (!session_need(rq, e))
		return false;
	c->session_id = rq->session->id;
	return cart_add(rq->db, c, e) && to_cart_done(rq, "added", c->variant_id, c->qty);
}

/* Goods that are no longer sold, or a full cart: the error page leads to the cart. */
static bool
to_cart_failed(struct request *rq, const struct err *e)
{
	if (e->kind == ERR_CONFLICT) {
		rq->error_me = view_object(rq->a);
		(void)view_sub(rq->error_me, N_conflict);
	}
	return false;
}

bool
form_cart_add(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct cart_change c = {.now_s = rq->now_s, .qty = (int)field_int(&rq->fields, F_quantity, 1)};

	(void)page;
	(void)me;
	if (!rq->post)
		return cart_page_redirect(rq);
	if (c.qty < 1
	    || (field_get(&rq->fields, F_quantity)->state != FIELD_ABSENT && !field_good(&rq->fields, F_quantity)))
		return err_set(e, ERR_INPUT, "the quantity is not a positive number");
	if (c.qty > CART_QTY_MAX)
		c.qty = CART_QTY_MAX;
	return add(rq, &c, e) || to_cart_failed(rq, e);
}

bool
form_cart_update(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct str act = field_text(&rq->fields, F_act);
	struct cart_change c = {.now_s = rq->now_s, .variant_id = (uint64_t)field_int(&rq->fields, F_line, 0)};
	int was = (int)field_int(&rq->fields, F_was, 0);
	bool done = true;

	(void)page;
	(void)me;
	if (!rq->post || rq->session == NULL)
		return cart_page_redirect(rq);
	c.session_id = rq->session->id;
	if (str_eq_z(act, "less") || str_eq_z(act, "more")) {
		c.qty = str_eq_z(act, "more") ? 1 : -1;
		done = cart_step(rq->db, &c, e);
	} else if (str_eq_z(act, "remove") || field_good(&rq->fields, F_quantity)) {
		c.qty = str_eq_z(act, "remove") ? 0 : (int)field_int(&rq->fields, F_quantity, 0);
		done = cart_set(rq->db, &c, e);
		if (done && c.qty == 0 && was > 0)
			return to_cart_done(rq, "removed", c.variant_id, was);
	}
	return done && cart_page_redirect(rq);
}
