#include "store/order/order_look.h"

#include "store/order/order_store.h"
#include "store/sql.h"

static bool
look_head(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_LOOK_HEAD);
	struct db_rows rows;

	q_u64(q, x->o.id);
	if (!db_get(q, a, &rows, e))
		return false;
	x->queue = (int)c_u64_or(&rows, 0);
	x->o.early_version = c_str(&rows);
	x->o.early_at = c_i64_or(&rows, 0);
	return true;
}

static bool
look_pieces(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_rows rows;
	size_t n = 0;

	if (!db_select_u64(db, SQL_ORDER_LOOK_PIECES, x->o.id, a, &rows, e))
		return false;
	x->pieces = ARENA_ARRAY(a, struct look_pieces, x->o.n + 1);
	while (n < x->o.n && db_next(&rows)) {
		struct look_pieces *p = &x->pieces[n++];

		p->pos = (int)c_u64(&rows);
		p->sent = c_i64(&rows);
		p->cut = c_i64(&rows);
		p->back = c_i64(&rows);
	}
	return true;
}

static bool
look_parcels(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_ORDER_LOOK_PARCELS, x->o.id, a, &rows, e))
		return false;
	x->parcels = ARENA_ARRAY(a, struct look_parcel, rows.n + 1);
	while (db_next(&rows)) {
		struct look_parcel *p = &x->parcels[x->n_parcels++];

		p->id = c_u64(&rows);
		p->carrier = c_str(&rows);
		p->tracking = c_str(&rows);
		p->url = c_str(&rows);
		p->sent_at = c_i64(&rows);
		p->delivered_at = c_i64_or(&rows, 0);
	}
	if (!db_select_u64(db, SQL_ORDER_LOOK_PARCEL_LINES, x->o.id, a, &rows, e))
		return false;
	x->parcel_parts = ARENA_ARRAY(a, struct look_part, rows.n + 1);
	while (db_next(&rows)) {
		struct look_part *p = &x->parcel_parts[x->n_parcel_parts++];

		p->of = c_u64(&rows);
		p->pos = (int)c_u64(&rows);
		p->qty = c_i64(&rows);
	}
	return true;
}

static bool
look_returns(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_ORDER_LOOK_RETURNS, x->o.id, a, &rows, e))
		return false;
	x->returns = ARENA_ARRAY(a, struct look_return, rows.n + 1);
	while (db_next(&rows)) {
		struct look_return *r = &x->returns[x->n_returns++];

		r->id = c_u64(&rows);
		r->withdrawal = c_u64(&rows) == 1;
		r->state = (uint8_t)c_u64(&rows);
		r->reason = c_str(&rows);
		r->asked_at = c_i64(&rows);
		r->deadline = c_i64_or(&rows, 0);
	}
	if (!db_select_u64(db, SQL_ORDER_LOOK_RETURN_LINES, x->o.id, a, &rows, e))
		return false;
	x->return_parts = ARENA_ARRAY(a, struct look_part, rows.n + 1);
	while (db_next(&rows)) {
		struct look_part *p = &x->return_parts[x->n_return_parts++];

		p->of = c_u64(&rows);
		p->pos = (int)c_u64(&rows);
		p->qty = c_i64(&rows);
		p->received = c_i64(&rows);
		p->restocked = c_i64(&rows);
		p->goods = (unsigned)c_u64(&rows);
	}
	return true;
}

static bool
look_money(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_rows in, out;

	if (!db_select_u64(db, SQL_ORDER_LOOK_PAYMENTS, x->o.id, a, &in, e)
	    || !db_select_u64(db, SQL_ORDER_LOOK_REFUNDS, x->o.id, a, &out, e))
		return false;
	x->money = ARENA_ARRAY(a, struct look_money, in.n + out.n + 1);
	while (db_next(&in)) {
		struct look_money *m = &x->money[x->n_money++];

		m->id = c_u64(&in);
		m->provider = c_str(&in);
		m->ref = c_str(&in);
		m->amount_minor = c_i64(&in);
		m->currency = c_str(&in);
		m->at = c_i64(&in);
	}
	while (db_next(&out)) {
		struct look_money *m = &x->money[x->n_money++];

		m->refund = true;
		m->id = c_u64(&out);
		m->amount_minor = c_i64(&out);
		m->currency = c_str(&out);
		m->state = (uint8_t)c_u64(&out);
		m->by_hand = c_u64(&out) != 0;
		m->provider = c_str(&out);
		m->ref = c_str(&out);
		m->return_id = c_u64_or(&out, 0);
		m->at = c_i64(&out);
	}
	return true;
}

/* From the ledger, as every change reckons. */
static bool
look_account(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_CHANGE_ACCOUNT);
	struct db_rows rows;

	q_u64(q, x->o.id);
	q_u64(q, x->o.id);
	if (!db_get(q, a, &rows, e))
		return false;
	x->account.owed_minor = c_i64(&rows);
	x->account.received_minor = c_i64(&rows);
	x->account.refunded_minor = c_i64(&rows);
	x->account.reserved_minor = c_i64(&rows);
	return true;
}

static bool
look_notes(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_ORDER_LOOK_NOTES, x->o.id, a, &rows, e))
		return false;
	x->notes = ARENA_ARRAY(a, struct look_note, rows.n + 1);
	while (db_next(&rows)) {
		struct look_note *n = &x->notes[x->n_notes++];

		n->id = c_u64(&rows);
		n->to_buyer = c_u64(&rows) != 0;
		n->actor = c_str(&rows);
		n->text = c_str(&rows);
		n->at = c_i64(&rows);
	}
	return true;
}

static bool
look_events(struct db *db, struct arena *a, struct order_look *x, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_ORDER_LOOK_EVENTS, x->o.id, a, &rows, e))
		return false;
	x->events = ARENA_ARRAY(a, struct look_event, rows.n + 1);
	while (db_next(&rows)) {
		struct look_event *v = &x->events[x->n_events++];

		v->machine = (enum order_machine)c_u64(&rows);
		v->event = (uint8_t)c_u64(&rows);
		v->from = (uint8_t)c_u64(&rows);
		v->to = (uint8_t)c_u64(&rows);
		v->actor = c_str(&rows);
		v->why = c_str(&rows);
		v->at = c_i64(&rows);
	}
	return true;
}

bool
order_look_outside(struct db *db, struct arena *a, uint64_t order_id, struct order_look *x, struct err *e)
{
	*x = (struct order_look){.queue = 0};
	return order_get_id(db, a, order_id, &x->o, e) && look_pieces(db, a, x, e) && look_parcels(db, a, x, e)
	       && look_returns(db, a, x, e) && look_money(db, a, x, e) && look_account(db, a, x, e)
	       && look_events(db, a, x, e);
}

bool
order_look(struct db *db, struct arena *a, uint64_t order_id, struct order_look *x, struct err *e)
{
	return order_look_outside(db, a, order_id, x, e) && look_head(db, a, x, e) && look_notes(db, a, x, e)
	    && grant_files(db, a, order_id, &x->files, e) && grant_takes(db, a, order_id, &x->takes, e)
	    && grant_codes(db, a, order_id, &x->n_codes, e);
}

bool
order_goods_find(struct db *db, struct arena *a, struct str sku, struct order_goods_found *found, struct err *e)
{
	struct db_rows rows;

	if (!db_select_str(db, SQL_ORDER_GOODS, sku, a, &rows, e))
		return false;
	if (rows.n > 1)
		return err_set(e, ERR_CONFLICT, "several goods have the SKU %.*s", STR_ARG(sku));
	if (!db_next(&rows))
		return err_set(e, ERR_NOT_FOUND, "no goods have the SKU %.*s", STR_ARG(sku));
	found->variant_id = c_u64(&rows);
	found->tax = (enum tax_class)c_i64(&rows);
	return true;
}

const char *
look_goods_name(unsigned goods)
{
	static const char *const names[] = {"as_new", "used", "broken"};

	return goods < ARRAY_LEN(names) ? names[goods] : "";
}

const char *
look_return_state(const struct look_return *r)
{
	return order_state_name(r->withdrawal ? ORDER_MACHINE_WITHDRAWAL : ORDER_MACHINE_RETURN, r->state);
}

const char *
look_refund_state(const struct look_money *m)
{
	return order_state_name(ORDER_MACHINE_REFUND, m->state);
}

/* An event of a newer release has no name here. */
const char *
look_event_name(const struct look_event *v)
{
	return v->event < ORDER_EV__MAX ? order_event_name((enum order_event)v->event) : "";
}

const char *
look_machine_name(const struct look_event *v)
{
	return v->machine < ORDER_MACHINE__ALL ? order_machine_name(v->machine) : "";
}

const struct order_line *
order_look_line(const struct order_look *x, int pos)
{
	for (size_t i = 0; i < x->o.n; i++)
		if (x->pieces[i].pos == pos)
			return &x->o.lines[i];
	return NULL;
}
