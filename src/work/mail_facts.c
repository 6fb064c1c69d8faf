#include "work/mail_facts.h"

#include "base/num.h"
#include "store/download/code_store.h"
#include "store/download/grant_store.h"
#include "store/office_mail.h"
#include "store/order/order_store.h"
#include "work/download/download_tree.h"
#include "work/mail_office.h"
#include "work/order_tree.h"

/* A mail under construction. */
struct mail_tree {
	const struct mail_job *job;
	struct mail_facts *f;
	struct view *page;
	struct view *order;
	uint64_t part; /* the id behind the order's; 0: none */
};

static void
put_piece(struct view *list, const struct order_look *x, int pos, int64_t qty)
{
	struct view *v;

	if (qty <= 0 || pos < 1 || (size_t)pos > x->o.n)
		return;
	v = view_add(list);
	view_int(v, N_quantity, qty);
	view_str(v, N_name, x->o.lines[pos - 1].title);
	view_str(v, N_text, x->o.lines[pos - 1].options);
}

static struct money
mail_amount(const struct mail_tree *t, int64_t minor)
{
	return (struct money){minor, t->f->look.o.cur};
}

static void
put_owed(struct mail_tree *t)
{
	int64_t owed = t->f->look.account.owed_minor;

	if (owed > 0)
		view_money(t->page, N_owed, mail_amount(t, owed));
	if (owed < 0)
		view_money(t->page, N_owed_back, mail_amount(t, -owed));
}

/* The payment or refund with the id, or the latest. */
static const struct look_money *
find_money(const struct mail_tree *t, bool refund)
{
	const struct order_look *x = &t->f->look;
	const struct look_money *found = NULL;

	for (size_t i = 0; i < x->n_money; i++)
		if (x->money[i].refund == refund && (t->part == 0 || x->money[i].id == t->part))
			found = &x->money[i];
	return found;
}

static bool
put_payment(struct mail_tree *t, struct err *e)
{
	const struct look_money *m = find_money(t, false);

	if (m == NULL)
		return err_set(e, ERR_NOT_FOUND, "the order has no such payment");
	view_money(t->page, N_amount, mail_amount(t, m->amount_minor));
	view_date(t->page, N_when, m->at);
	return true;
}

static bool
put_refund(struct mail_tree *t, struct err *e)
{
	const struct order_look *x = &t->f->look;
	const struct look_money *m = find_money(t, true);
	struct view *lines = view_sublist(t->page, N_lines);

	if (m == NULL)
		return err_set(e, ERR_NOT_FOUND, "the order has no such refund");
	if (m->state != ORDER_REFUND_DONE)
		t->f->unfit = "the refund is not done";
	view_money(t->page, N_amount, mail_amount(t, m->amount_minor));
	view_date(t->page, N_when, t->f->at);
	for (size_t i = 0; m->return_id != 0 && i < x->n_return_parts; i++)
		if (x->return_parts[i].of == m->return_id)
			put_piece(lines, x, x->return_parts[i].pos, x->return_parts[i].received);
	return true;
}

static bool
put_parcel(struct mail_tree *t, struct err *e)
{
	const struct order_look *x = &t->f->look;
	struct view *lines = view_sublist(t->page, N_lines), *list = view_sublist(t->page, N_parcels);
	size_t i = x->n_parcels;
	int64_t open = 0;

	while (i > 0 && t->part != 0 && x->parcels[i - 1].id != t->part)
		i--;
	if (i == 0)
		return err_set(e, ERR_NOT_FOUND, "the order has no such parcel");
	i--;
	order_tree_parcel(view_add(list), &(struct order_sent){.carrier = x->parcels[i].carrier,
					      .tracking = x->parcels[i].tracking,
					      .url = x->parcels[i].url,
					      .sent_at = x->parcels[i].sent_at,
					      .delivered_at = x->parcels[i].delivered_at});
	view_date(t->page, N_when, x->parcels[i].sent_at);
	view_bool(t->page, N_tracked, x->parcels[i].carrier.n > 0 || x->parcels[i].tracking.n > 0);
	for (size_t k = 0; k < x->n_parcel_parts; k++)
		if (x->parcel_parts[k].of == x->parcels[i].id)
			put_piece(lines, x, x->parcel_parts[k].pos, x->parcel_parts[k].qty);
	for (size_t k = 0; k < x->o.n; k++)
		open += x->o.lines[k].qty - x->pieces[k].sent - x->pieces[k].cut;
	view_bool(t->page, N_part, open > 0);
	return true;
}

static bool
put_return(struct mail_tree *t, struct err *e)
{
	const struct order_look *x = &t->f->look;
	struct view *lines = view_sublist(t->page, N_lines);
	size_t i = x->n_returns;
	bool received = false;

	while (i > 0 && t->part != 0 && x->returns[i - 1].id != t->part)
		i--;
	if (i == 0)
		return err_set(e, ERR_NOT_FOUND, "the order has no such return");
	i--;
	for (size_t k = 0; k < x->n_return_parts; k++)
		received = received || (x->return_parts[k].of == x->returns[i].id && x->return_parts[k].received > 0);
	received = received && t->f->kind == MAIL_KIND_RETURN_RECEIVED;
	for (size_t k = 0; k < x->n_return_parts; k++)
		if (x->return_parts[k].of == x->returns[i].id)
			put_piece(lines, x, x->return_parts[k].pos,
			    received ? x->return_parts[k].received : x->return_parts[k].qty);
	view_bool(t->page, N_received, received);
	view_date(t->page, N_when, x->returns[i].asked_at);
	view_str(t->page, N_reason, x->returns[i].reason);
	view_str(t->page, N_name, x->o.address.field[ADDRESS_NAME]);
	return true;
}

/* Pieces that will not come, of an order of which others do. */
static void
put_cut(struct mail_tree *t)
{
	const struct order_look *x = &t->f->look;
	struct view *lines = view_sublist(t->page, N_lines);
	uint8_t state = x->o.states.of[ORDER_MACHINE_ORDER];

	view_bool(t->page, N_part, state != ORDER_ORDER_CANCELLED && state != ORDER_ORDER_EXPIRED);
	for (size_t i = 0; i < x->o.n; i++)
		put_piece(lines, x, x->pieces[i].pos, x->pieces[i].cut);
}

static bool
put_about_order(struct mail_tree *t, struct err *e)
{
	const struct order *o = &t->f->look.o;

	mail_put_typed(t->page, N_message, o->note);
	put_owed(t);
	view_str(t->page, N_phone, o->address.field[ADDRESS_PHONE]);
	switch (mail_kind_info(t->f->kind)->facts) {
	case MAIL_ABOUT_PAYMENT: return put_payment(t, e);
	case MAIL_ABOUT_REFUND: return put_refund(t, e);
	case MAIL_ABOUT_PARCEL: return put_parcel(t, e);
	case MAIL_ABOUT_RETURN: return put_return(t, e);
	default: break;
	}
	if (t->f->kind == MAIL_KIND_CANCELLED)
		put_cut(t);
	if (t->f->kind == MAIL_KIND_ORDER_LINK && view_get(t->order, N_url) == NULL)
		t->f->unfit = "the shop has no keys of links";
	if (t->f->kind == MAIL_KIND_PAYMENT_REMINDER && view_get(t->order, N_pay) == NULL)
		t->f->unfit = "the order does not wait for a payment";
	return true;
}

static void
order_story_get(struct arena *a, const struct order_look *x, struct order_story *s)
{
	*s = (struct order_story){.account = &x->account};
	s->moments.v = ARENA_ARRAY(a, struct order_moment, x->n_events + 1);
	for (size_t i = 0; i < x->n_events; i++)
		s->moments.v[s->moments.n++] = (struct order_moment){
		    .machine = x->events[i].machine, .to = x->events[i].to, .at = x->events[i].at};
}

/* The link is made from the order's key, since neither the outbox nor the database may contain it. */
static void
put_link(const struct mail_tree *t)
{
	const struct mail_job *job = t->job;
	struct str token = order_link(job->a, &job->shop->links, t->f->key, job->now_s);

	if (token.n > 0)
		view_str(t->order, N_url, url_to(&job->shop->urls, job->a, t->f->lang, URL_order, token));
}

/* Files and codes are named in the mail that tells of them. */
static bool
put_downloads(const struct mail_tree *t, struct err *e)
{
	const struct mail_job *job = t->job;
	uint64_t id = t->f->look.o.id;
	bool paid = t->f->kind == MAIL_KIND_PAYMENT_RECEIVED
	         && shipping_kind(t->f->look.o.shipping) != FULFILMENT_DOWNLOADED;
	struct downloads files;
	struct codes_sold codes;

	if (!paid && t->f->kind != MAIL_KIND_DOWNLOAD)
		return true;
	if (!grant_files(job->db, job->a, id, &files, e)
	    || !code_of_order(job->db, job->a, job->shop->conf->codes_secret_file.p, id, &codes, e))
		return false;
	download_tree_files(t->order, t->f->lang, STR_NONE, &files);
	download_tree_codes(t->order, &codes);
	return true;
}

static bool
get_order(struct mail_tree *t, uint64_t id, struct err *e)
{
	const struct mail_job *job = t->job;
	struct mail_facts *f = t->f;
	struct order_tree_site site = {.a = job->a,
	    .conf = job->shop->conf,
	    .urls = &job->shop->urls,
	    .lang = f->lang,
	    .origin = job->shop->rules.tax.origin};
	struct order_keyed keyed;
	struct order_story story;
	int64_t downloads;

	if (!order_look_outside(job->db, job->a, id, &f->look, e)
	    || !order_keyed_get(job->db, job->a, f->look.o.number, &keyed, e)
	    || !office_downloads(job->db, job->a, id, &downloads, e))
		return false;
	view_bool(t->page, N_early, downloads > 0 || shipping_kind(f->look.o.shipping) == FULFILMENT_DOWNLOADED);
	f->key = keyed.key;
	if (f->lang == NULL)
		f->lang = lang_near(&job->shop->langs, job->a, f->look.o.lang);
	if (f->lang == NULL)
		f->lang = &job->shop->langs.lang[0]; /* the shop has given up the language */
	site.lang = f->lang;
	order_story_get(job->a, &f->look, &story);
	t->order = order_tree(&site, &f->look.o, &story);
	view_put(view_sub(f->root, N_me), N_order, t->order);
	put_link(t);
	return put_downloads(t, e);
}

bool
mail_facts_get(const struct mail_job *job, struct mail_facts *f, struct err *e)
{
	struct mail_tree t = {.job = job, .f = f};
	struct str rest = f->about, id_text = STR_NONE;
	uint64_t id;

	f->unfit = NULL;
	f->key = STR_NONE;
	f->root = view_object(job->a);
	t.page = view_sub(f->root, N_page);
	view_bool(t.page, N_buyer, mail_kind_info(f->kind)->reader == MAIL_BUYER);
	if (!mail_kind_has_order(f->kind))
		return mail_office_put(job, f, t.page, e);
	if (!str_cut(&rest, '/', &id_text) || !num_u64(id_text, 1, INT64_MAX, &id)
	    || (rest.n > 0 && !num_u64(rest, 1, INT64_MAX, &t.part)))
		return err_set(e, ERR_INPUT, "'%.*s' names no order", STR_ARG(f->about));
	return get_order(&t, id, e) && put_about_order(&t, e);
}

static void
shorten(struct view *parent, size_t most)
{
	struct view *list = view_get(parent, N_lines), *before = view_get(parent, N_more);

	if (view_count(list) <= most)
		return;
	view_int(parent, N_more, (int64_t)(list->n - most) + (before == NULL ? 0 : before->u.i));
	list->n = (uint32_t)most;
}

void
mail_facts_shorten(struct mail_facts *f, size_t most)
{
	shorten(view_get(f->root, N_page), most);
	shorten(view_path(f->root, N_me, N_order), most);
}
