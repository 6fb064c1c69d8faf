
#include "store/order/order_store.h"
#include "store/order/order_write.h"
#include "store/sql.h"

static void
read_addresses(struct db_rows *rows, struct order *o)
{
	for (size_t i = 0; i < ORDER_ADDRESS_COLUMNS; i++)
		o->address.field[order_address_columns[i]] = c_str(rows);
	for (size_t i = 0; i < ORDER_ADDRESS_COLUMNS; i++) {
		if (c_is_null(rows))
			continue;
		o->billed_elsewhere = true;
		o->billing.field[order_address_columns[i]] = c_str(rows);
	}
}

static bool
read_head(struct db_rows *rows, struct order *o, struct err *e)
{
	bool known;

	o->id = c_u64(rows);
	o->session_id = c_u64(rows);
	o->number = c_str(rows);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		o->states.of[m] = (uint8_t)c_u64(rows);
	o->lang = c_str(rows);
	known = currency_find(c_str(rows), &o->cur);
	o->tax_included = c_u64(rows) != 0;
	o->lines_minor = c_i64(rows);
	o->shipping_minor = c_i64(rows);
	o->tax_minor = c_i64(rows);
	o->total_minor = c_i64(rows);
	o->address.field[ADDRESS_EMAIL] = c_str(rows);
	o->address.field[ADDRESS_PHONE] = c_str(rows);
	known = shipping_find(c_str(rows), &o->shipping) && known;
	known = payment_find(c_str(rows), &o->payment) && known;
	o->note = c_str(rows);
	o->terms_version = c_str(rows);
	o->created_at = c_i64(rows);
	o->expires_at = c_i64_or(rows, 0);
	read_addresses(rows, o);
	o->version = c_u64(rows);
	return known || err_set(e, ERR_BUG, "order %llu: unknown currency, delivery or payment",
	    (unsigned long long)o->id);
}

static void
read_lines(struct arena *a, struct db_rows *rows, struct order *o)
{
	o->lines = ARENA_ARRAY(a, struct order_line, rows->n + 1);
	while (db_next(rows)) {
		struct order_line *l = &o->lines[o->n++];

		l->variant_id = c_u64(rows);
		l->product_id = c_u64(rows);
		l->sku = c_str(rows);
		l->title = c_str(rows);
		l->options = c_str(rows);
		l->image_hash = c_bytes_or(rows, STR_NONE);
		l->qty = (int)c_i64(rows);
		l->unit_minor = c_i64(rows);
		l->line_minor = c_i64(rows);
		l->tax_bp = (int32_t)c_i64(rows);
		l->tax_minor = c_i64(rows);
		l->stock_taken = c_i64(rows);
		l->handle = c_str(rows);
		l->image_w = (int64_t)c_u64_or(rows, 0);
		l->image_h = (int64_t)c_u64_or(rows, 0);
	}
}

static void
read_taxes(struct arena *a, struct db_rows *rows, struct order *o)
{
	o->taxes = ARENA_ARRAY(a, struct order_tax, rows->n + 1);
	while (db_next(rows)) {
		struct order_tax *t = &o->taxes[o->n_taxes++];

		t->bp = (int32_t)c_i64(rows);
		t->base_minor = c_i64(rows);
		t->tax_minor = c_i64(rows);
	}
}

bool
order_get(struct db *db, struct arena *a, struct str token_hash, struct order *o, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_BY_TOKEN);
	struct db_rows rows;

	*o = (struct order){0};
	q_bytes(q, token_hash);
	if (!db_get(q, a, &rows, e) || !read_head(&rows, o, e)
	    || !db_select_bytes(db, SQL_ORDER_LINES, token_hash, a, &rows, e))
		return false;
	read_lines(a, &rows, o);
	if (!db_select_bytes(db, SQL_ORDER_TAXES, token_hash, a, &rows, e))
		return false;
	read_taxes(a, &rows, o);
	return true;
}

bool
order_get_id(struct db *db, struct arena *a, uint64_t order_id, struct order *o, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_BY_ID);
	struct db_rows rows;

	*o = (struct order){0};
	q_u64(q, order_id);
	if (!db_get(q, a, &rows, e) || !read_head(&rows, o, e)
	    || !db_select_u64(db, SQL_ORDER_LINES_BY_ID, order_id, a, &rows, e))
		return false;
	read_lines(a, &rows, o);
	if (!db_select_u64(db, SQL_ORDER_TAXES_BY_ID, order_id, a, &rows, e))
		return false;
	read_taxes(a, &rows, o);
	return true;
}

bool
order_keyed_get(struct db *db, struct arena *a, struct str number, struct order_keyed *o, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_KEYED);
	struct db_rows rows;

	q_str(q, number);
	if (!db_get(q, a, &rows, e))
		return err_context(e, "order %.*s", STR_ARG(number));
	o->id = c_u64(&rows);
	o->key = c_bytes(&rows);
	o->token_hash = c_bytes(&rows);
	o->lang = c_str(&rows);
	return true;
}

bool
order_moments_get(struct db *db, struct arena *a, struct str token_hash, struct order_moments *m, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_ORDER_EVENTS, token_hash, a, &rows, e))
		return false;
	m->v = ARENA_ARRAY(a, struct order_moment, rows.n + 1);
	m->n = 0;
	while (db_next(&rows)) {
		struct order_moment *one = &m->v[m->n++];

		one->machine = (enum order_machine)c_u64(&rows);
		one->to = (uint8_t)c_u64(&rows);
		one->at = c_i64(&rows);
	}
	return true;
}

bool
order_parcels_get(struct db *db, struct arena *a, struct str token_hash, struct order_sents *p, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_ORDER_PARCELS, token_hash, a, &rows, e))
		return false;
	p->v = ARENA_ARRAY(a, struct order_sent, rows.n + 1);
	p->n = 0;
	while (db_next(&rows)) {
		struct order_sent *one = &p->v[p->n++];

		one->carrier = c_str(&rows);
		one->tracking = c_str_or(&rows, STR(""));
		one->url = c_str(&rows);
		one->sent_at = c_i64(&rows);
		one->delivered_at = c_i64_or(&rows, 0);
	}
	return true;
}

bool
order_notes_get(struct db *db, struct arena *a, struct str token_hash, struct order_messages *m, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_ORDER_NOTES, token_hash, a, &rows, e))
		return false;
	m->v = ARENA_ARRAY(a, struct order_message, rows.n + 1);
	m->n = 0;
	while (db_next(&rows)) {
		m->v[m->n].text = c_str(&rows);
		m->v[m->n++].at = c_i64(&rows);
	}
	return true;
}

bool
order_fates_get(struct db *db, struct arena *a, struct str token_hash, struct order_fates *f, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_ORDER_PIECES, token_hash, a, &rows, e))
		return false;
	f->v = ARENA_ARRAY(a, struct order_fate, rows.n + 1);
	f->n = 0;
	while (db_next(&rows)) {
		struct order_fate *one = &f->v[f->n++];

		one->kind = (enum order_fate_kind)c_u64(&rows);
		one->of = c_u64_or(&rows, 0);
		one->pos = c_u64(&rows);
		one->qty = c_i64(&rows);
		one->received = c_i64(&rows);
	}
	return true;
}

bool
order_returns_get(struct db *db, struct arena *a, struct str token_hash, struct order_returns *r, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_ORDER_RETURNS, token_hash, a, &rows, e))
		return false;
	r->v = ARENA_ARRAY(a, struct order_return, rows.n + 1);
	r->n = 0;
	while (db_next(&rows)) {
		struct order_return *one = &r->v[r->n++];

		one->withdrawal = c_u64(&rows) == 1;
		one->state = (uint8_t)c_u64(&rows);
		one->asked_at = c_i64(&rows);
	}
	return true;
}

bool
order_account_get(struct db *db, struct arena *a, struct str token_hash, struct order_account *account, struct err *e)
{
	struct db_rows rows;

	*account = (struct order_account){0};
	if (!db_select_bytes(db, SQL_ORDER_ACCOUNT, token_hash, a, &rows, e))
		return false;
	if (db_next(&rows)) {
		account->owed_minor = c_i64_or(&rows, 0);
		account->received_minor = c_i64_or(&rows, 0);
		account->refunded_minor = c_i64_or(&rows, 0);
	}
	return true;
}
