#include "store/order/order_write.h"

#include "plat/text/json.h"
#include "plat/text/secret.h"
#include "shop/order_number.h"
#include "store/outbox_store.h"
#include "store/sql.h"

#define TOPIC_MAX_B 200

const enum address_field order_address_columns[ORDER_ADDRESS_COLUMNS] = {ADDRESS_NAME, ADDRESS_COMPANY, ADDRESS_STREET,
    ADDRESS_EXTRA, ADDRESS_POSTCODE, ADDRESS_CITY, ADDRESS_REGION, ADDRESS_COUNTRY};

/* The order number is made from the id, which is known only after the INSERT. Until then `number` contains the key,
 * which is also unique. */
static bool
insert_head(struct db *db, struct arena *a, struct order *o, struct str token_hash, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_INSERT);

	q_bytes(q, str_n(o->key, sizeof(o->key)));
	q_str(q, secret_hex(a, o->key, sizeof(o->key)));
	q_u64(q, o->session_id);
	q_bytes(q, token_hash);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		q_i64(q, o->states.of[m]);
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
	q_i64_or_null(q, o->expires_at, o->expires_at == 0);
	if (o->client.n == 0)
		q_null(q);
	else
		q_bytes(q, o->client);
	q_str(q, o->address.field[ADDRESS_COUNTRY]);
	q_str(q, o->early_version);
	q_i64_or_null(q, o->early_at, o->early_at == 0);
	if (!db_run(q, NULL, e))
		return false;
	o->id = db_last_id(db);
	return true;
}

static void
bind_address(struct db_query *q, uint64_t order_id, enum address_kind kind, const struct address *address)
{
	q_u64(q, order_id);
	q_i64(q, kind);
	for (size_t i = 0; i < ORDER_ADDRESS_COLUMNS; i++)
		q_str(q, address->field[order_address_columns[i]]);
}

static bool
insert_addresses(struct db *db, struct arena *a, const struct order *o, struct err *e)
{
	struct db_query *q = db_query_rows(db, SQL_ORDER_ADDRESS_INSERT, a, o->billed_elsewhere ? 2 : 1);

	bind_address(q, o->id, ADDRESS_DELIVERY, &o->address);
	if (o->billed_elsewhere)
		bind_address(q, o->id, ADDRESS_BILLING, &o->billing);
	return db_run(q, NULL, e);
}

static void
bind_line(struct db_query *q, const struct order *o, size_t i)
{
	const struct order_line *l = &o->lines[i];

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
}

static bool
insert_lines(struct db *db, struct arena *a, const struct order *o, struct err *e)
{
	struct db_query *q = db_query_rows(db, SQL_ORDER_LINE_INSERT, a, o->n);

	for (size_t i = 0; i < o->n; i++)
		bind_line(q, o, i);
	return db_run(q, NULL, e);
}

static bool
insert_taxes(struct db *db, struct arena *a, const struct order *o, struct err *e)
{
	struct db_query *q;

	if (o->n_taxes == 0)
		return true;
	q = db_query_rows(db, SQL_ORDER_TAX_INSERT, a, o->n_taxes);
	for (size_t i = 0; i < o->n_taxes; i++) {
		q_u64(q, o->id);
		q_i64(q, o->taxes[i].bp);
		q_i64(q, o->taxes[i].base_minor);
		q_i64(q, o->taxes[i].tax_minor);
	}
	return db_run(q, NULL, e);
}

bool
order_insert(struct db *db, struct arena *a, struct order *o, struct str prefix, struct str token_hash, struct err *e)
{
	if (!insert_head(db, a, o, token_hash, e))
		return false;
	o->number = order_number(a, prefix, o->id);
	return insert_addresses(db, a, o, e) && insert_lines(db, a, o, e) && insert_taxes(db, a, o, e);
}

bool
order_end_placing(struct db *db, const struct order *o, struct err *e)
{
	struct db_query *q = db_query(db, SQL_ORDER_NUMBER);

	q_str(q, o->number);
	q_u64(q, o->id);
	return db_run(q, NULL, e);
}

bool
order_insert_placed(struct db *db, struct arena *a, const struct order *o, struct err *e)
{
	struct db_query *q = db_query_rows(db, SQL_PLACING_EVENT, a, ORDER_MACHINE__MAX);

	for (int m = 0; m < ORDER_MACHINE__MAX; m++) {
		q_u64(q, o->id);
		q_i64(q, m);
		q_i64(q, ORDER_EV_PLACE);
		q_i64(q, 0);
		q_i64(q, o->states.of[m]);
		q_str(q, STR("buyer"));
		q_str(q, STR(""));
		q_i64(q, o->created_at);
	}
	return db_run(q, NULL, e);
}

static void
bind_ref(struct db_query *q, uint64_t ref_id)
{
	if (ref_id == 0)
		q_null(q);
	else
		q_u64(q, ref_id);
}

bool
order_insert_events(struct db *db, struct arena *a, const struct order_event_rows *rows, struct err *e)
{
	struct db_query *q = db_query_rows(db, SQL_CHANGE_EVENT, a, rows->n);

	for (size_t i = 0; i < rows->n; i++) {
		q_u64(q, rows->order_id);
		q_i64(q, rows->v[i].machine);
		q_i64(q, rows->v[i].event);
		q_i64(q, rows->v[i].from);
		q_i64(q, rows->v[i].to);
		q_str(q, rows->actor);
		q_str(q, rows->why);
		q_i64(q, rows->at);
		bind_ref(q, rows->v[i].ref_id);
	}
	return db_run(q, NULL, e);
}

/* Rows with neither debit nor credit are left out. */
static bool
insert_rows(struct db *db, struct arena *a, unsigned sql, const struct ledger_entry *entry, struct err *e)
{
	uint64_t entry_id = db_last_id(db);
	struct db_query *q;
	size_t used = 0;

	for (size_t i = 0; i < entry->n; i++)
		used += entry->v[i].debit_minor != 0 || entry->v[i].credit_minor != 0;
	if (used == 0)
		return true;
	q = db_query_rows(db, sql, a, used);
	for (size_t i = 0; i < entry->n; i++) {
		if (entry->v[i].debit_minor == 0 && entry->v[i].credit_minor == 0)
			continue;
		q_u64(q, entry_id);
		q_i64(q, (int64_t)i + 1);
		q_str(q, entry->v[i].account);
		q_i64(q, entry->v[i].debit_minor);
		q_i64(q, entry->v[i].credit_minor);
	}
	return db_run(q, NULL, e);
}

bool
order_insert_entry(struct db *db, struct arena *a, const struct ledger_entry *entry, struct err *e)
{
	struct db_query *q = db_query(db, SQL_LEDGER_ENTRY);

	q_u64(q, entry->order_id);
	q_i64(q, entry->kind);
	q_i64(q, entry->at);
	q_str(q, entry->currency);
	q_str(q, entry->actor);
	bind_ref(q, entry->ref_id);
	return db_run(q, NULL, e) && insert_rows(db, a, SQL_LEDGER_LINE, entry, e);
}

bool
order_insert_sale(struct db *db, struct arena *a, const struct order *o, struct err *e)
{
	const struct ledger_row rows[] = {
	    {STR("receivable"), o->total_minor, 0},
	    {STR("sales"), 0, o->total_minor - o->tax_minor - o->shipping_net_minor},
	    {STR("shipping"), 0, o->shipping_net_minor},
	    {STR("tax"), 0, o->tax_minor},
	};
	struct db_query *q = db_query(db, SQL_PLACING_ENTRY);

	q_u64(q, o->id);
	q_i64(q, LEDGER_SALE);
	q_i64(q, o->created_at);
	q_str(q, str_z(currency_code(o->cur)));
	return db_run(q, NULL, e)
	       && insert_rows(
		   db, a, SQL_PLACING_ENTRY_LINE, &(struct ledger_entry){.v = rows, .n = ARRAY_LEN(rows)}, e);
}

bool
order_insert_topic(struct db *db, struct arena *a, const struct order_topic_row *t, struct err *e)
{
	struct outbox_row row = {.kind = STR("event"),
	    .version = t->version,
	    .now_s = t->at,
	    .order_id = t->order_id,
	    .cause = t->cause.n == OUTBOX_CAUSE_B ? (const uint8_t *)t->cause.p : NULL};
	struct json_out w;

	if (t->topic == ORDER_TOPIC_NONE)
		return true;
	json_init(&w, a, TOPIC_MAX_B, '{');
	json_add_str(&w, "event", str_z(order_topic_name(t->topic)));
	if (t->ref_id != 0)
		json_add_i64(&w, "id", (int64_t)t->ref_id);
	row.subject = str_fmt(a, "order/%llu", (unsigned long long)t->order_id);
	return json_done(&w, '}', &row.payload, e) && outbox_put(db, &row, e);
}
