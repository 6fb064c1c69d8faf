#include "store/download/code_store.h"

#include <string.h>

#include "store/order/stock_store.h"
#include "store/sql.h"

#define MARK_B 16

bool
code_keys_load(const char *secret_file, struct code_keys *k, struct err *e)
{
	uint8_t secret[SECRET_KEY_B];

	if (!secret_file_load(secret_file, secret, e))
		return false;
	secret_subkey(str_n(secret, sizeof(secret)), STR("codes"), k->seal);
	secret_subkey(str_n(secret, sizeof(secret)), STR("marks of codes"), k->mark);
	memset(secret, 0, sizeof(secret));
	return true;
}

/* A sealed code opens for its own variant only. */
static struct str
code_head(struct arena *a, uint64_t variant_id)
{
	return str_fmt(a, "code/%llu", (unsigned long long)variant_id);
}

static bool
code_open(struct arena *a, const struct code_keys *k, uint64_t variant_id, struct str sealed, struct str *code,
    struct err *e)
{
	char *text = arena_alloc(a, sealed.n + 1);

	if (sealed.n < SECRET_SEAL_B || !secret_unseal(k->seal, code_head(a, variant_id), sealed, text))
		return err_set(e, ERR_INPUT,
		    "codes.secret_file does not open a code: copy the file from the host where the codes were added");
	*code = str_n(text, sealed.n - SECRET_SEAL_B);
	return true;
}

/* Rows of position, variant, sealed code. */
static bool
read_codes(struct db_rows *rows, struct arena *a, const char *secret_file, struct codes_sold *c, struct err *e)
{
	struct code_keys keys;

	*c = (struct codes_sold){.v = ARENA_ARRAY(a, struct code_sold, rows->n + 1)};
	if (rows->n > 0 && !code_keys_load(secret_file, &keys, e))
		return false;
	while (db_next(rows)) {
		uint64_t pos = c_u64_or(rows, 0), variant = c_u64(rows);
		struct str sealed = c_bytes(rows);

		c->v[c->n].pos = (int)pos;
		if (!code_open(a, &keys, variant, sealed, &c->v[c->n].code, e))
			return false;
		c->n++;
	}
	return true;
}

bool
code_by_link(struct db *db, struct arena *a, const char *secret_file, struct str token_hash, struct codes_sold *c,
    struct err *e)
{
	struct db_rows rows;

	return db_select_bytes(db, SQL_LINK_CODES, token_hash, a, &rows, e) && read_codes(&rows, a, secret_file, c, e);
}

bool
code_of_order(struct db *db, struct arena *a, const char *secret_file, uint64_t order_id, struct codes_sold *c,
    struct err *e)
{
	struct db_rows rows;

	return db_select_u64(db, SQL_CODES_OF_ORDER, order_id, a, &rows, e)
	    && read_codes(&rows, a, secret_file, c, e);
}

bool
code_free(struct db *db, struct arena *a, const struct code_keys *k, uint64_t variant_id, struct codes_sold *c,
    struct err *e)
{
	struct db_rows rows;

	if (!db_select_u64(db, SQL_CODES_FREE, variant_id, a, &rows, e))
		return false;
	*c = (struct codes_sold){.v = ARENA_ARRAY(a, struct code_sold, rows.n + 1)};
	while (db_next(&rows)) {
		(void)c_u64(&rows);
		if (!code_open(a, k, variant_id, c_bytes(&rows), &c->v[c->n].code, e))
			return false;
		c->n++;
	}
	return true;
}

static void
read_counts(struct db_rows *rows, struct arena *a, struct code_counts *c)
{
	*c = (struct code_counts){.v = ARENA_ARRAY(a, struct code_count, rows->n + 1)};
	while (db_next(rows)) {
		struct code_count *one = &c->v[c->n++];

		one->variant_id = c_u64(rows);
		one->product_id = c_u64(rows);
		one->sku = c_str(rows);
		one->all = c_i64(rows);
		one->free = c_i64_or(rows, 0);
		one->held = c_i64_or(rows, 0);
		one->stock = c_i64(rows);
		one->strict = c_i64(rows) != 0;
	}
}

bool
code_counts(struct db *db, struct arena *a, struct code_counts *c, struct err *e)
{
	struct db_rows rows;

	if (!db_select(db_query(db, SQL_CODE_COUNTS), a, &rows, e))
		return false;
	read_counts(&rows, a, c);
	return true;
}

struct code_tx {
	struct arena *a;
	const struct code_change *change;
	struct code_changed *done;
	bool drop;
};

static bool
put_code(struct db *db, const struct code_tx *tx, struct str code, uint64_t *n, struct err *e)
{
	const struct code_change *c = tx->change;
	struct db_query *q = db_query(db, tx->drop ? SQL_CODE_DROP : SQL_CODE_INSERT);
	uint8_t mac[SECRET_HMAC_B], sealed[CODE_MAX_B + SECRET_SEAL_B];

	secret_hmac(str_n(c->keys->mark, SECRET_KEY_B), code, mac);
	q_u64(q, c->variant_id);
	if (!tx->drop) {
		secret_seal(c->keys->seal, code_head(tx->a, c->variant_id), code, sealed);
		q_bytes(q, str_n(sealed, code.n + SECRET_SEAL_B));
	}
	q_bytes(q, str_n(mac, MARK_B));
	return db_run(q, n, e);
}

static bool
change_codes(struct db *db, const struct code_tx *tx, struct err *e)
{
	for (size_t i = 0; i < tx->change->n; i++) {
		uint64_t n;

		if (!put_code(db, tx, tx->change->v[i], &n, e))
			return false;
		tx->done->n += n;
	}
	return true;
}

/* The stock is free codes less what orders hold: computed behind the lock of its row, on which all sales wait. */
static bool
set_stock(struct db *db, const struct code_tx *tx, struct err *e)
{
	const struct code_change *c = tx->change;
	struct stock_booking b = {.variant_id = c->variant_id, .how = STOCK_TO, .reason = STOCK_CORRECTED,
	    .actor = c->actor, .ref = STR("codes")};
	uint8_t key[STOCK_KEY_B];
	struct stock_booked booked;
	struct code_counts counts;
	struct db_rows rows;
	struct db_query *q = db_query(db, SQL_CODE_STOCK_STRICT);

	q_u64(q, c->variant_id);
	if (!db_run(q, NULL, e) || !db_select_u64(db, SQL_CODE_COUNT, c->variant_id, tx->a, &rows, e))
		return false;
	read_counts(&rows, tx->a, &counts);
	if (counts.n == 0)
		return true;
	secret_random(key, sizeof(key));
	b.key = str_n(key, sizeof(key));
	b.product_id = tx->done->product_id = counts.v[0].product_id;
	b.n = counts.v[0].free - counts.v[0].held;
	if (b.n < 0)
		b.n = 0;
	if (!stock_book_within(db, tx->a, &b, &booked, e))
		return false;
	tx->done->before = booked.before;
	tx->done->after = booked.after;
	return true;
}

static bool
code_body(struct db *db, void *arg, struct err *e)
{
	struct code_tx *tx = arg;

	*tx->done = (struct code_changed){0};
	return change_codes(db, tx, e) && set_stock(db, tx, e);
}

static bool
code_run(struct db *db, struct code_tx *tx, struct err *e)
{
	bool ok;

	if (!tx->change->dry_run)
		return db_tx(db, code_body, tx, e);
	if (!db_begin(db, e))
		return false;
	ok = code_body(db, tx, e);
	db_rollback(db);
	return ok;
}

bool
code_add(struct db *db, struct arena *a, const struct code_change *c, struct code_changed *done, struct err *e)
{
	return code_run(db, &(struct code_tx){.a = a, .change = c, .done = done}, e);
}

bool
code_drop(struct db *db, struct arena *a, const struct code_change *c, struct code_changed *done, struct err *e)
{
	return code_run(db, &(struct code_tx){.a = a, .change = c, .done = done, .drop = true}, e);
}
