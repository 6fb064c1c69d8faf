#include "store/document/document_store.h"

#include "store/sql.h"

#define DOCUMENT_BREACHES 1000

static const char *const kinds[DOCUMENT__MAX] = {"invoice", "credit_note"};

const char *
document_kind_name(enum document_kind k)
{
	return kinds[k];
}

static enum document_kind
c_kind(struct db_rows *rows)
{
	return c_u64(rows) == 0 ? DOCUMENT_INVOICE : DOCUMENT_CREDIT_NOTE;
}

static bool
entries_get(struct db *db, struct arena *a, uint64_t order_id, struct document_facts *f, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_DOCUMENT_ENTRIES, order_id, a, &rows, e))
		return false;
	f->entries = ARENA_ARRAY(a, struct document_entry, rows.n + 1);
	while (db_next(&rows)) {
		struct document_entry *x = &f->entries[f->n_entries++];

		x->id = c_u64(&rows);
		x->kind = c_u64(&rows);
		x->ref_id = c_u64_or(&rows, 0);
		x->at = c_i64(&rows);
		x->gross_minor = c_i64(&rows);
		x->tax_minor = c_i64(&rows);
	}
	if (!db_select_u64(db, SQL_DOCUMENT_CUTS, order_id, a, &rows, e))
		return false;
	f->cuts = ARENA_ARRAY(a, struct document_cut, rows.n + 1);
	while (db_next(&rows)) {
		struct document_cut *x = &f->cuts[f->n_cuts++];

		x->pos = (int)c_u64(&rows);
		x->qty = c_i64(&rows);
		x->at = c_i64(&rows);
	}
	return true;
}

static bool
refunds_get(struct db *db, struct arena *a, uint64_t order_id, struct document_facts *f, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_DOCUMENT_REFUNDS, order_id, a, &rows, e))
		return false;
	f->refunds = ARENA_ARRAY(a, struct document_refund, rows.n + 1);
	while (db_next(&rows)) {
		struct document_refund *x = &f->refunds[f->n_refunds++];

		x->refund = c_u64(&rows);
		x->pos = c_is_null(&rows) ? -1 : (int)c_u64(&rows);
		x->qty = c_i64(&rows);
		x->gross_minor = c_i64(&rows);
		x->bp = (int32_t)c_i64(&rows);
		x->tax_minor = c_i64(&rows);
		x->at = c_i64(&rows);
	}
	return true;
}

static bool
rows_get(struct db *db, struct arena *a, uint64_t order_id, struct document_facts *f, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_DOCUMENT_OF_ORDER, order_id, a, &rows, e))
		return false;
	f->rows = ARENA_ARRAY(a, struct document_row, rows.n + 1);
	while (db_next(&rows)) {
		struct document_row *d = &f->rows[f->n_rows++];

		d->series = c_str(&rows);
		d->seq = c_u64(&rows);
		d->number = c_str(&rows);
		d->kind = c_kind(&rows);
		d->cause = c_u64(&rows);
		d->last_pos = (int)c_u64(&rows);
		d->issued_at = c_i64(&rows);
		d->total_minor = c_i64(&rows);
		d->currency = c_str(&rows);
		d->template = c_str(&rows);
	}
	return true;
}

bool
document_facts_get(
    struct db *db, struct arena *a, uint64_t order_id, bool lock, struct document_facts *f, struct err *e)
{
	struct db_rows rows;

	*f = (struct document_facts){.n_rows = 0};
	if (lock) {
		if (!db_select_u64(db, SQL_DOCUMENT_LOCK, order_id, a, &rows, e))
			return false;
		if (!db_next(&rows))
			return err_set(e, ERR_NOT_FOUND, "there is no order %llu", (unsigned long long)order_id);
		f->token_hash = c_bytes(&rows);
		f->now_s = c_i64_or(&rows, 0);
	}
	return order_look_outside(db, a, order_id, &f->look, e) && entries_get(db, a, order_id, f, e)
	       && refunds_get(db, a, order_id, f, e) && rows_get(db, a, order_id, f, e);
}

bool
document_maybe(struct db *db, struct arena *a, uint64_t order_id, bool *maybe, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_DOCUMENT_MAYBE, order_id, a, &rows, e))
		return false;
	*maybe = rows.n > 0;
	return true;
}

bool
document_series_make(struct db *db, struct str series, struct err *e)
{
	static const char zeros[DIGEST_SHA256_B];
	struct db_query *q = db_query(db, SQL_DOCUMENT_SERIES_MAKE);

	q_str(q, series);
	q_bytes(q, str_n(zeros, sizeof(zeros)));
	return db_run(q, NULL, e);
}

bool
document_take(
    struct db *db, struct arena *a, struct str series, struct document_place *p, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_DOCUMENT_SERIES_GET);
	struct db_rows rows;

	q_str(q, series);
	if (!db_find(q, a, &rows, found, e))
		return false;
	if (!*found)
		return true;
	p->series = series;
	p->seq = c_u64(&rows) + 1;
	p->prev = c_bytes(&rows);
	p->number = str_fmt(a, "%.*s-%04llu", STR_ARG(series), (unsigned long long)p->seq);
	return true;
}

bool
document_digest(const struct document_place *p, struct str template, struct str json, struct str page, uint8_t *out,
    struct err *e)
{
	const struct str parts[] = {
	    p->prev, p->number, STR_INIT("\n"), template, STR_INIT("\n"), json, STR_INIT("\n"), page};

	return digest_sha256(parts, ARRAY_LEN(parts), out, e);
}

static bool
series_end(struct db *db, const struct document_place *p, struct str sha256, struct err *e)
{
	struct db_query *q = db_query(db, SQL_DOCUMENT_SERIES_SET);
	uint64_t n;

	q_u64(q, p->seq);
	q_bytes(q, sha256);
	q_str(q, p->series);
	q_u64(q, p->seq - 1);
	if (!db_run(q, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_BUG, "series %.*s changed under its lock", STR_ARG(p->series));
}

bool
document_insert(struct db *db, const struct document_new *d, struct err *e)
{
	struct db_query *q;
	uint8_t sum[DIGEST_SHA256_B] = {0};
	struct str sha256 = str_n(sum, sizeof(sum));

	if (!document_digest(d->place, d->template, d->json, d->page, sum, e))
		return false;
	q = db_query(db, SQL_DOCUMENT_INSERT);
	q_str(q, d->place->series);
	q_u64(q, d->place->seq);
	q_str(q, d->place->number);
	q_u64(q, d->kind);
	q_u64(q, d->order_id);
	q_u64(q, d->cause);
	q_u64(q, (uint64_t)d->last_pos);
	q_i64(q, d->issued_at);
	q_str(q, d->currency);
	q_i64(q, d->total_minor);
	q_str(q, d->template);
	q_str(q, d->json);
	q_bytes(q, d->page);
	q_bytes(q, d->place->prev);
	q_bytes(q, sha256);
	return db_run(q, NULL, e) && series_end(db, d->place, sha256, e);
}

bool
document_list(struct db *db, struct arena *a, const struct document_ask *ask, struct document_list *l, struct err *e)
{
	struct db_query *q = db_query(db, SQL_DOCUMENT_LIST);
	struct db_rows rows;

	q_u64(q, ask->order_id);
	q_u64(q, ask->order_id);
	q_u64(q, ask->before);
	q_u64(q, ask->before);
	q_i64(q, ask->kind);
	q_i64(q, ask->kind);
	q_i64(q, ask->from_s);
	q_i64(q, ask->to_s);
	q_u64(q, ask->most);
	if (!db_select(q, a, &rows, e))
		return false;
	*l = (struct document_list){.v = ARENA_ARRAY(a, struct document_listed, rows.n + 1)};
	while (db_next(&rows)) {
		struct document_listed *d = &l->v[l->n++];

		d->id = c_u64(&rows);
		(void)c_str(&rows);
		(void)c_u64(&rows);
		d->kind = c_kind(&rows);
		d->order_id = c_u64(&rows);
		d->number = c_str(&rows);
		d->order = c_str(&rows);
		d->issued_at = c_i64(&rows);
		d->total_minor = c_i64(&rows);
		d->currency = c_str(&rows);
		d->template = c_str(&rows);
	}
	return true;
}

bool
document_get(struct db *db, struct arena *a, struct str number, struct document_full *d, struct err *e)
{
	struct db_query *q = db_query(db, SQL_DOCUMENT_GET);
	struct db_rows rows;
	bool found;

	*d = (struct document_full){.order_id = 0};
	q_str(q, number);
	if (!db_find(q, a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "there is no document %.*s", STR_ARG(number));
	d->row.kind = c_kind(&rows);
	d->row.series = c_str(&rows);
	d->row.seq = c_u64(&rows);
	d->row.number = c_str(&rows);
	d->order = c_str(&rows);
	d->order_id = c_u64(&rows);
	d->row.issued_at = c_i64(&rows);
	d->row.total_minor = c_i64(&rows);
	d->row.currency = c_str(&rows);
	d->row.template = c_str(&rows);
	d->json = c_str(&rows);
	d->page = c_bytes(&rows);
	d->prev = c_bytes(&rows);
	d->sha256 = c_bytes(&rows);
	return true;
}

bool
document_after(struct db *db, struct arena *a, uint64_t id, struct document_batch *b, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_DOCUMENT_AFTER, id, a, &rows, e))
		return false;
	*b = (struct document_batch){.v = ARENA_ARRAY(a, struct document_stored, rows.n + 1)};
	while (db_next(&rows)) {
		struct document_stored *d = &b->v[b->n++];

		d->id = c_u64(&rows);
		d->number = c_str(&rows);
		d->template = c_str(&rows);
		d->json = c_str(&rows);
		d->page = c_bytes(&rows);
	}
	return true;
}

bool
document_check(struct db *db, struct arena *a, struct document_breaches *b, struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_VERIFY_DOCUMENTS, DOCUMENT_BREACHES, a, &rows, e))
		return false;
	*b = (struct document_breaches){.v = ARENA_ARRAY(a, struct document_breach, rows.n + 1)};
	while (db_next(&rows)) {
		b->v[b->n].what = c_str_or(&rows, STR(""));
		b->v[b->n++].why = c_str_or(&rows, STR(""));
	}
	return true;
}

bool
document_links_get(struct db *db, struct arena *a, struct str token_hash, struct document_links *l, struct err *e)
{
	struct db_rows rows;

	if (!db_select_bytes(db, SQL_DOCUMENTS_BY_LINK, token_hash, a, &rows, e))
		return false;
	*l = (struct document_links){.v = ARENA_ARRAY(a, struct document_link, rows.n + 1)};
	while (db_next(&rows)) {
		struct document_link *d = &l->v[l->n++];

		d->number = c_str(&rows);
		d->kind = c_kind(&rows);
		d->issued_at = c_i64(&rows);
	}
	return true;
}

bool
document_page_find(struct db *db, struct arena *a, struct str token_hash, struct str number, struct str *page,
    bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_DOCUMENT_PAGE);
	struct db_rows rows;

	q_bytes(q, token_hash);
	q_str(q, number);
	if (!db_find(q, a, &rows, found, e))
		return false;
	if (*found)
		*page = c_bytes(&rows);
	return true;
}
