/* page_withdraw.c - the forms for buyers without an account: the withdrawal function of Directive (EU) 2023/2673 (a
 * form, its review, the receipt), and the look-up of an order.
 *
 * The form needs no session, no cookie and no order: all that was typed is in the fields of the review, so a
 * declaration costs one INSERT, while the shop is paused too. The secret in the receipt's address is made from the
 * form's key and the content: the same form sent twice is one declaration, and one changed on the way back another. */
#include "base/log.h"
#include "base/num.h"
#include "plat/text/json.h"
#include "plat/text/secret.h"
#include "serve/app.h"
#include "store/order/order_link.h"
#include "store/order/order_store.h"
#include "store/outbox_store.h"
#include "store/withdrawal/withdrawal_store.h"
#include "view/url.h"
#include "web/fields.h"
#include "web/handlers.h"

#define OFFERED_MAX 20      /* numbers of pieces to choose from, besides all and none */
#define CHOSEN_MAX_B 7000   /* of the text that names the chosen lines */
#define CONTENT_MAX_B 65536 /* that the key is made from */
#define QTY_MAX 1000000
#define LINES_MAX 999
#define PAYLOAD_MAX_B 4000 /* of a look-up */

struct withdraw {
	struct request *rq;
	struct withdrawal w;
	struct str typed_goods; /* without the lines that were chosen */
	struct str chosen;      /* the lines, as text */
	struct str key, token;  /* of the form; of the order's link, or none */
	struct order o;         /* of the link */
	bool has_order;
	bool none_chosen;
};

/* The order is a help for the form, which works without it. */
static bool
withdraw_order(struct withdraw *x, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];
	struct err lost = {0};

	if (x->token.n == 0)
		return true;
	if (order_link_read(&x->rq->app->links, x->token, hash) != ORDER_LINK_GOOD)
		return err_set(e, ERR_NOT_FOUND, "not the token of an order's link");
	x->has_order = order_get(x->rq->db, x->rq->a, str_n(hash, sizeof(hash)), &x->o, &lost);
	if (!x->has_order && lost.kind == ERR_NOT_FOUND)
		return err_set(e, ERR_NOT_FOUND, "no order has this token");
	if (!x->has_order)
		log_put(LOG_WARN, "event=order_unread place=%s msg=\"%s\"", lost.place, lost.msg);
	return true;
}

static int64_t
ordered(const struct withdraw *x, uint64_t pos)
{
	return x->has_order && pos >= 1 && pos <= x->o.n ? x->o.lines[pos - 1].qty : QTY_MAX;
}

static void
put_chosen(const struct withdraw *x, struct buf *b, uint64_t pos, uint64_t qty)
{
	const struct order_line *l = x->has_order && pos <= x->o.n ? &x->o.lines[pos - 1] : NULL;

	if (buf_str(b).n > CHOSEN_MAX_B)
		return;
	if (l == NULL)
		buf_fmt(b, "%llu: %llu\n", (unsigned long long)pos, (unsigned long long)qty);
	else
		buf_fmt(b, "%llu × %.*s%s%.*s\n", (unsigned long long)qty, STR_ARG(l->title),
		    l->options.n > 0 ? ", " : "", STR_ARG(l->options));
}

/* The lines that were chosen on the form of an order. All pieces of all lines are the contract: then nothing is put. */
static void
read_pieces(struct withdraw *x)
{
	const struct field *f = field_get(&x->rq->fields, F_piece);
	struct buf text, pieces;
	bool part = false;
	size_t n = 0;

	buf_init(&text, x->rq->a, CONTENT_MAX_B);
	buf_init(&pieces, x->rq->a, CONTENT_MAX_B);
	for (; f != NULL && f->state == FIELD_GOOD; f = f->next) {
		struct str qty = f->text, line;
		uint64_t pos, count;

		(void)str_cut(&qty, '-', &line);
		if (!num_u64(line, 1, LINES_MAX, &pos) || !num_u64(qty, 0, QTY_MAX, &count))
			continue;
		part = part || (int64_t)count < ordered(x, pos);
		if (count == 0)
			continue;
		put_chosen(x, &text, pos, count);
		buf_fmt(
		    &pieces, "%s%llu-%llu", n++ == 0 ? "" : ",", (unsigned long long)pos, (unsigned long long)count);
	}
	x->none_chosen = part && n == 0;
	if (!part || n == 0)
		return;
	x->chosen = str_trim(buf_str(&text));
	x->w.pieces = buf_str(&pieces);
}

static struct str
withdraw_typed(const struct request *rq, enum web_field id)
{
	return field_get(&rq->fields, id)->typed;
}

static bool
withdraw_read(struct withdraw *x, struct err *e)
{
	const struct request *rq = x->rq;

	x->key = field_text(&rq->fields, F_form_key);
	x->token = field_text(&rq->fields, F_order_token);
	x->w = (struct withdrawal){.lang = rq->lang->tag,
	    .name = withdraw_typed(rq, F_full_name),
	    .email = withdraw_typed(rq, F_email),
	    .contract = withdraw_typed(rq, F_contract),
	    .pieces = field_text(&rq->fields, F_pieces)};
	x->typed_goods = withdraw_typed(rq, F_goods);
	x->chosen = withdraw_typed(rq, F_chosen);
	if (!str_eq_z(field_text(&rq->fields, F_act), "confirm") && !withdraw_order(x, e))
		return false;
	if (field_good(&rq->fields, F_piece)) {
		x->w.pieces = x->chosen = STR_NONE;
		read_pieces(x);
	}
	if (x->w.pieces.n > WITHDRAWAL_PIECES_MAX_B)
		x->w.pieces = STR_NONE; /* the text has them too */
	x->w.goods = x->chosen.n == 0 || x->typed_goods.n == 0
	                 ? (x->chosen.n == 0 ? x->typed_goods : x->chosen)
	                 : str_fmt(rq->a, "%.*s\n%.*s", STR_ARG(x->chosen), STR_ARG(x->typed_goods));
	return true;
}

/* ---- the form ---- */

static struct view *
put_input(struct view *form, uint16_t as, const char *name, struct str value, bool required)
{
	struct view *v = view_sub(form, as);

	view_str(v, N_id, str_z(name));
	view_str(v, N_name, str_z(name));
	view_str(v, N_value, value);
	if (required)
		view_bool(v, N_required, true);
	return v;
}

/* No mail server of the shop can reach such an address. */
static bool
has_foreign_letters(const struct withdraw *x, enum web_field id)
{
	struct str typed = withdraw_typed(x->rq, id);

	for (size_t i = 0; i < typed.n && typed.p[i] != '@'; i++)
		if (((unsigned char)typed.p[i] & 0x80) != 0)
			return id == F_email;
	return false;
}

/* Puts the fault of a field, if it has one. */
static void
put_fault(const struct withdraw *x, struct view *form, struct view *v, enum web_field id)
{
	enum field_state state = field_get(&x->rq->fields, id)->state;
	bool missing = state == FIELD_ABSENT && view_get(v, N_required) != NULL;

	if (!missing && state != FIELD_INVALID && state != FIELD_TOO_LONG)
		return;
	view_bool(view_sub(v, N_error),
	    missing                      ? N_missing
	    : state == FIELD_TOO_LONG    ? N_too_long
	    : has_foreign_letters(x, id) ? N_alphabet
					 : N_invalid,
	    true);
	view_bool(form, N_errors, true);
}

static void
put_hidden(struct view *form, const char *name, struct str value)
{
	struct view *v;

	if (value.n == 0)
		return;
	v = view_add(view_get(form, N_hidden));
	view_str(v, N_name, str_z(name));
	view_str(v, N_value, value);
}

static void
put_choice(struct view *list, uint64_t pos, int64_t n, bool selected, int64_t all)
{
	struct view *v = view_add(list);

	view_str(v, N_value, str_fmt(v->a, "%llu-%lld", (unsigned long long)pos, (long long)n));
	view_int(v, N_quantity, n);
	if (n == all)
		view_bool(v, N_all, true);
	if (n == 0)
		view_bool(v, N_none, true);
	if (selected)
		view_bool(v, N_selected, true);
}

/* The pieces of the line that were chosen before; nothing chosen: all. */
static int64_t
chosen_of(const struct withdraw *x, uint64_t pos)
{
	struct str rest = x->w.pieces, one, line;
	uint64_t at, n;

	if (rest.n == 0)
		return x->none_chosen ? 0 : ordered(x, pos);
	while (rest.n > 0 && str_cut(&rest, ',', &one)) {
		(void)str_cut(&one, '-', &line);
		if (num_u64(line, 1, LINES_MAX, &at) && at == pos && num_u64(one, 1, QTY_MAX, &n))
			return (int64_t)n;
	}
	return 0;
}

static void
put_lines(const struct withdraw *x, struct view *form)
{
	struct view *lines = view_sublist(form, N_lines);

	for (size_t i = 0; x->has_order && i < x->o.n; i++) {
		const struct order_line *l = &x->o.lines[i];
		struct view *v = view_add(lines), *list;
		int64_t chosen = chosen_of(x, i + 1);

		view_str(v, N_id, str_fmt(x->rq->a, "piece-%zu", i + 1));
		view_str(v, N_text, l->title);
		view_str(v, N_options, l->options);
		list = view_sublist(v, N_choices);
		put_choice(list, i + 1, l->qty, chosen >= l->qty, l->qty);
		for (int n = l->qty - 1 < OFFERED_MAX ? l->qty - 1 : OFFERED_MAX; n >= 0; n--)
			put_choice(list, i + 1, n, chosen == n, l->qty);
	}
}

static void
put_form(const struct withdraw *x, bool sent, struct view *me)
{
	struct view *form = view_sub(me, N_form), *v;

	view_sublist(form, N_hidden);
	put_hidden(form, "form_key", x->key);
	put_hidden(form, "order_token", x->token);
	v = put_input(form, N_name, "full_name", x->w.name, true);
	if (sent)
		put_fault(x, form, v, F_full_name);
	v = put_input(form, N_contract, "contract", x->w.contract, true);
	if (sent)
		put_fault(x, form, v, F_contract);
	v = put_input(form, N_goods, "goods", x->typed_goods, false);
	if (sent)
		put_fault(x, form, v, F_goods);
	if (sent && x->none_chosen && x->typed_goods.n == 0) {
		view_bool(view_sub(v, N_error), N_missing, true);
		view_bool(form, N_errors, true);
	}
	v = put_input(form, N_email, "email", x->w.email, true);
	if (sent)
		put_fault(x, form, v, F_email);
	put_lines(x, form);
}

/* ---- review and receipt ---- */

static void
put_declaration(const struct withdrawal *w, struct view *me)
{
	struct view *v = view_sub(me, N_declaration);

	view_str(v, N_name, w->name);
	view_str(v, N_email, w->email);
	view_str(v, N_contract, w->contract);
	if (w->goods.n > 0)
		view_str(v, N_goods, w->goods);
	if (w->at != 0)
		view_date(v, N_when, w->at);
}

static void
put_review(const struct withdraw *x, struct view *me)
{
	struct view *form = view_sub(me, N_form);

	put_declaration(&x->w, me);
	view_sublist(form, N_hidden);
	put_hidden(form, "form_key", x->key);
	put_hidden(form, "order_token", x->token);
	put_hidden(form, "full_name", x->w.name);
	put_hidden(form, "contract", x->w.contract);
	put_hidden(form, "email", x->w.email);
	put_hidden(form, "goods", x->typed_goods);
	put_hidden(form, "chosen", x->chosen);
	put_hidden(form, "pieces", x->w.pieces);
}

/* A form without a key of ours is a declaration too. */
static bool
receipt_token(const struct withdraw *x, struct str *token, uint8_t hash[SECRET_HASH_B], struct err *e)
{
	uint8_t key[SECRET_TOKEN_B], raw[SECRET_TOKEN_B];
	struct buf b;

	if (!secret_from_base64url(x->key, key, sizeof(key)))
		secret_random(key, sizeof(key));
	buf_init(&b, x->rq->a, CONTENT_MAX_B);
	buf_fmt(&b, "withdrawal\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(x->w.name), STR_ARG(x->w.email),
	    STR_ARG(x->w.contract), STR_ARG(x->w.pieces), STR_ARG(x->w.goods));
	if (!buf_check(&b, e))
		return false;
	secret_derive(str_n(key, sizeof(key)), buf_str(&b), raw);
	*token = secret_base64url(x->rq->a, raw, sizeof(raw));
	return secret_token_hash(*token, hash) || err_set(e, ERR_BUG, "the token of a receipt is none");
}

static bool
confirm(struct withdraw *x, struct err *e)
{
	struct request *rq = x->rq;
	uint8_t hash[SECRET_HASH_B];
	struct str token;
	bool again;

	if (!receipt_token(x, &token, hash, e) || !withdrawal_declare(rq->db, &x->w, hash, &again, e))
		return false;
	stats_add(&rq->app->stats, again ? STAT_withdrawals_repeated : STAT_withdrawals_declared, 1);
	log_put(LOG_INFO, "event=withdrawal again=%d", again);
	response_redirect(&rq->res, 303, url_to(&rq->app->urls, rq->a, rq->lang, URL_withdrawn, token));
	return true;
}

static struct str
new_key(struct arena *a)
{
	uint8_t key[SECRET_TOKEN_B];

	secret_random(key, sizeof(key));
	return secret_base64url(a, key, sizeof(key));
}

bool
form_withdraw(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct withdraw x = {.rq = rq};
	struct view *checked;

	(void)page;
	if (!rq->post) {
		x.key = new_key(rq->a);
		put_form(&x, false, me);
		return true;
	}
	rq->res.cache = RESPONSE_HISTORY;
	if (!withdraw_read(&x, e))
		return false;
	checked = view_object(rq->a);
	put_form(&x, true, checked);
	if (view_path(checked, N_form, N_errors) != NULL || str_eq_z(field_text(&rq->fields, F_act), "change")) {
		put_form(&x, !str_eq_z(field_text(&rq->fields, F_act), "change"), me);
		return true;
	}
	if (str_eq_z(field_text(&rq->fields, F_act), "confirm"))
		return confirm(&x, e);
	put_review(&x, me);
	return true;
}

/* The form of an order, filled in with what its page shows. */
bool
form_withdraw_order(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct withdraw x = {.rq = rq, .token = rq->args.token, .key = new_key(rq->a)};

	(void)page;
	if (!withdraw_order(&x, e))
		return false;
	if (x.has_order)
		x.w = (struct withdrawal){.name = x.o.address.field[ADDRESS_NAME],
		    .email = x.o.address.field[ADDRESS_EMAIL],
		    .contract = x.o.number};
	put_form(&x, false, me);
	return true;
}

bool
form_withdrawn(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];
	struct withdrawal w;

	(void)page;
	if (!secret_token_hash(rq->args.token, hash))
		return err_set(e, ERR_NOT_FOUND, "not the token of a receipt");
	if (!withdrawal_receipt(rq->db, rq->a, hash, &w, e))
		return false;
	put_declaration(&w, me);
	return true;
}

/* ---- the look-up ---- */

/* The answer never says whether number and address fit: the page writes one row in either case, and kontor-jobs mails
 * the link to the address that the order has. */
static void
find_field(const struct request *rq, struct view *form, uint16_t as, enum web_field id)
{
	const struct field *f = field_get(&rq->fields, id);
	struct str name = str_z(rq->app->site->fields.v[id].name);
	struct view *v = view_sub(form, as);

	view_str(v, N_id, name);
	view_str(v, N_name, name);
	view_str(v, N_value, f->typed);
	view_bool(v, N_required, true);
	if (!rq->post || f->state == FIELD_GOOD)
		return;
	view_bool(view_sub(v, N_error), f->state == FIELD_ABSENT ? N_missing : N_invalid, true);
	view_bool(form, N_errors, true);
}

static bool
find_put(struct db *db, void *arg, struct err *e)
{
	return outbox_put(db, arg, e);
}

/* Any number of times: each is a row of its own. */
static bool
ask(struct request *rq, struct err *e)
{
	struct outbox_row row = {.kind = STR("lookup"), .version = 1, .now_s = rq->now_s};
	uint8_t id[SECRET_TOKEN_B];
	struct json_out w;

	secret_random(id, sizeof(id));
	row.subject = str_fmt(rq->a, "lookup/%s", secret_hex(rq->a, id, sizeof(id)).p);
	json_init(&w, rq->a, PAYLOAD_MAX_B, '{');
	json_add_str(&w, "number", field_text(&rq->fields, F_contract));
	json_add_str(&w, "email", field_text(&rq->fields, F_email));
	json_add_str(&w, "lang", rq->lang->tag);
	return json_done(&w, '}', &row.payload, e) && db_tx(rq->db, find_put, &row, e);
}

bool
form_find_order(struct request *rq, struct view *page, struct view *me, struct err *e)
{
	struct view *form = view_sub(me, N_form);
	struct str here = url_to(&rq->app->urls, rq->a, rq->lang, URL_find_order, STR_NONE);

	(void)page;
	find_field(rq, form, N_contract, F_contract);
	find_field(rq, form, N_email, F_email);
	if (!rq->post) {
		view_bool(me, N_sent, field_good(&rq->fields, F_asked));
		return true;
	}
	rq->res.cache = RESPONSE_HISTORY;
	if (view_get(form, N_errors) != NULL)
		return true;
	if (!ask(rq, e))
		return false;
	response_redirect(&rq->res, 303, url_query(rq->a, here, "asked", STR("1")));
	return true;
}
