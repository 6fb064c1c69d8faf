#include "store/order_write.h"

#include "base/buf.h"
#include "plat/secret.h"
#include "shop/order_number.h"
#include "store/outbox_store.h"
#include "store/sql.h"

#define MAIL_MAX_B 1000

/* The number is made of the id, which is known only afterwards: until then the key stands in, unique as well. */
static bool
insert_head(struct db *db, struct arena *a, struct order *o, struct str token_hash, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_INSERT);

	q_bytes(q, str_n(o->key, sizeof(o->key)));
	q_str(q, secret_hex(a, o->key, sizeof(o->key)));
	q_u64(q, o->session_id);
	q_bytes(q, token_hash);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		q_i64(q, o->is.of[m]);
	q_str(q, o->lang);
	q_str(q, str_z(currency_code(o->cur)));
	q_i64(q, o->tax_included);
	q_i64(q, o->lines_minor);
	q_i64(q, o->shipping_minor);
	q_i64(q, o->tax_minor);
	q_i64(q, o->total_minor);
	q_str(q, o->address.field[ADDRESS_EMAIL]);
	q_str(q, o->address.field[ADDRESS_PHONE]);
	q_str(q, str_z(shipping_code(o->shipping)));
	q_str(q, str_z(payment_code(o->payment)));
	q_str(q, o->note);
	q_str(q, o->terms_version);
	q_i64(q, o->created_at);
	q_i64(q, o->created_at);
	if (o->expires_at == 0)
		q_null(q);
	else
		q_i64(q, o->expires_at);
	if (!db_run(q, NULL, e))
		return false;
	o->id = db_last_id(db);
	return true;
}

static bool
set_number(struct db *db, const struct order *o, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_NUMBER);

	q_str(q, o->number);
	q_u64(q, o->id);
	return db_run(q, NULL, e);
}

static bool
insert_address(
    struct db *db, const struct order *o, enum address_kind kind, const struct address *address, struct err *e)
{
	static const enum address_field columns[] = {ADDRESS_NAME, ADDRESS_COMPANY, ADDRESS_STREET, ADDRESS_EXTRA,
	    ADDRESS_POSTCODE, ADDRESS_CITY, ADDRESS_REGION, ADDRESS_COUNTRY};
	struct db_query *q = db_query(db, SQL_ORDER_ADDRESS_INSERT);

	q_u64(q, o->id);
	q_i64(q, kind);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		q_str(q, address->field[columns[i]]);
	return db_run(q, NULL, e);
}

static bool
insert_line(struct db *db, const struct order *o, size_t i, struct err *e)
{
	const struct order_line *l = &o->lines[i];
	struct db_query *q = db_query(db, SQL_ORDER_LINE_INSERT);

	q_u64(q, o->id);
	q_i64(q, (int64_t)i + 1);
	q_u64(q, l->variant_id);
	q_u64(q, l->product_id);
	q_str(q, l->sku);
	q_str(q, l->title);
	q_str(q, l->options);
	if (l->image_hash.n == 0)
		q_null(q);
	else
		q_bytes(q, l->image_hash);
	q_i64(q, l->qty);
	q_i64(q, l->unit_minor);
	q_i64(q, l->line_minor);
	q_i64(q, l->tax_bp);
	q_i64(q, l->tax_minor);
	q_i64(q, l->stock_taken);
	return db_run(q, NULL, e);
}

static bool
insert_tax(struct db *db, const struct order *o, const struct order_tax *t, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_TAX_INSERT);

	q_u64(q, o->id);
	q_i64(q, t->bp);
	q_i64(q, t->base_minor);
	q_i64(q, t->tax_minor);
	return db_run(q, NULL, e);
}

bool
order_insert(
    struct db *db, struct arena *a, struct order *o, struct str prefix, struct str token_hash, struct err *e)
{
	if (!insert_head(db, a, o, token_hash, e))
		return false;
	o->number = order_number(a, prefix, o->id);
	if (!set_number(db, o, e) || !insert_address(db, o, ADDRESS_DELIVERY, &o->address, e))
		return false;
	if (o->billed_elsewhere && !insert_address(db, o, ADDRESS_BILLING, &o->billing, e))
		return false;
	for (size_t i = 0; i < o->n; i++) {
		if (!insert_line(db, o, i, e))
			return false;
	}
	for (size_t i = 0; i < o->n_taxes; i++) {
		if (!insert_tax(db, o, &o->taxes[i], e))
			return false;
	}
	return true;
}

bool
order_insert_event(struct db *db, const struct order_step_row *row, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_EVENT_INSERT);

	q_u64(q, row->order_id);
	q_i64(q, row->machine);
	q_i64(q, row->event);
	q_i64(q, row->from);
	q_i64(q, row->to);
	q_str(q, str_z(row->actor));
	q_str(q, str_z(row->why));
	q_i64(q, row->at);
	return db_run(q, NULL, e);
}

bool
order_insert_events(struct db *db, const struct order *o, enum order_event event, const char *actor, struct err *e)
{
	for (int m = 0; m < ORDER_MACHINE__MAX; m++) {
		struct order_step_row row = {.order_id = o->id,
		    .machine = (enum order_machine)m,
		    .event = event,
		    .to = o->is.of[m],
		    .actor = actor,
		    .why = "",
		    .at = o->created_at};

		if (!order_insert_event(db, &row, e))
			return false;
	}
	return true;
}

static bool
insert_entry(struct db *db, uint64_t order_id, enum ledger_kind kind, int64_t at, struct err *e)
{
	struct db_query *q = db_query(db, SQL_LEDGER_ENTRY);

	q_u64(q, order_id);
	q_i64(q, kind);
	q_i64(q, at);
	return db_run(q, NULL, e);
}

struct ledger_row {
	struct str account;
	int64_t debit_minor, credit_minor;
};

static bool
insert_rows(struct db *db, uint64_t entry_id, const struct ledger_row *rows, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct db_query *q;

		if (rows[i].debit_minor == 0 && rows[i].credit_minor == 0)
			continue;
		q = db_query(db, SQL_LEDGER_LINE);
		q_u64(q, entry_id);
		q_i64(q, (int64_t)i + 1);
		q_str(q, rows[i].account);
		q_i64(q, rows[i].debit_minor);
		q_i64(q, rows[i].credit_minor);
		if (!db_run(q, NULL, e))
			return false;
	}
	return true;
}

bool
order_insert_sale(struct db *db, const struct order *o, struct err *e)
{
	const struct ledger_row rows[] = {
	    {STR("receivable"), o->total_minor, 0},
	    {STR("sales"), 0, o->total_minor - o->tax_minor - o->shipping_net_minor},
	    {STR("shipping"), 0, o->shipping_net_minor},
	    {STR("tax"), 0, o->tax_minor},
	};

	return insert_entry(db, o->id, LEDGER_SALE, o->created_at, e)
	    && insert_rows(db, db_last_id(db), rows, ARRAY_LEN(rows), e);
}

bool
order_insert_sale_back(struct db *db, struct arena *a, uint64_t order_id, int64_t now_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_LEDGER_SALE_LINES);
	struct ledger_row *back;
	struct db_rows rows;
	size_t n = 0;

	q_u64(q, order_id);
	if (!db_select(q, a, &rows, e))
		return false;
	back = ARENA_ARRAY(a, struct ledger_row, rows.n + 1);
	while (db_next(&rows)) {
		back[n].account = c_str(&rows);
		back[n].credit_minor = c_i64(&rows);
		back[n++].debit_minor = c_i64(&rows);
	}
	return insert_entry(db, order_id, LEDGER_SALE_BACK, now_s, e) && insert_rows(db, db_last_id(db), back, n, e);
}

bool
order_insert_mail(struct db *db, struct arena *a, const struct order *o, struct str token, struct err *e)
{
	struct buf b;

	buf_init(&b, a, MAIL_MAX_B);
	buf_fmt(&b, "{\"mail\":\"order_placed\",\"order\":%llu,\"lang\":", (unsigned long long)o->id);
	buf_json(&b, o->lang);
	buf_z(&b, ",\"token\":");
	buf_json(&b, token);
	buf_ch(&b, '}');
	return buf_check(&b, e)
	    && outbox_put(db,
		&(struct outbox_row){.kind = STR("mail"),
		    .subject = str_fmt(a, "order_placed/%llu", (unsigned long long)o->id),
		    .payload = buf_str(&b),
		    .version = 1,
		    .now_s = o->created_at},
		e);
}
