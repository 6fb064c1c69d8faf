#include "store/download/download_store.h"

#include "plat/text/secret.h"
#include "shop/order_state.h"
#include "store/order/order_cache.h"
#include "store/sql.h"

#define DAY_S 86400

bool
download_any(struct db *db, struct arena *a, struct str token_hash, bool *any, struct err *e)
{
	struct db_rows files, codes;

	if (!db_select_bytes(db, SQL_LINK_DOWNLOADS, token_hash, a, &files, e)
	    || !db_select_bytes(db, SQL_LINK_CODES, token_hash, a, &codes, e))
		return false;
	*any = files.n + codes.n > 0;
	return true;
}

struct take_tx {
	const struct download_ask *ask;
	const uint8_t *ticket; /* its hash */
};

static bool
ticket_body(struct db *db, void *arg, struct err *e)
{
	const struct take_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_LINK_NOTE);
	uint64_t n;

	q_bytes(q, tx->ask->token_hash);
	q_u64(q, tx->ask->id);
	q_bytes(q, str_n(tx->ticket, SECRET_HASH_B));
	if (!db_run(q, &n, e))
		return false;
	if (n == 0) /* it was counted before, or the order gives no access: download_find() tells */
		return true;
	q = db_query(db, SQL_LINK_COUNT);
	q_bytes(q, tx->ask->token_hash);
	q_u64(q, tx->ask->id);
	if (!db_run(q, &n, e))
		return false;
	return n == 1 || err_set(e, ERR_CONFLICT, "the download is used up, or its time is over");
}

bool
download_take(struct db *db, struct arena *a, const struct download_ask *ask, struct err *e)
{
	uint8_t hash[SECRET_HASH_B];
	struct take_tx tx = {.ask = ask, .ticket = hash};
	struct download_sent sent;

	if (!secret_token_hash(ask->ticket, hash))
		return err_set(e, ERR_INPUT, "the form has no ticket");
	if (!db_tx(db, ticket_body, &tx, e))
		return false;
	if (download_find(db, a, ask, &sent, e))
		return true;
	if (e->kind == ERR_NOT_FOUND) {
		err_clear(e);
		return err_set(e, ERR_CONFLICT, "the order gives no access to the download");
	}
	return false;
}

bool
download_find(struct db *db, struct arena *a, const struct download_ask *ask, struct download_sent *s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_LINK_TICKET);
	uint8_t hash[SECRET_HASH_B];
	struct db_rows rows;
	bool found;

	if (!secret_token_hash(ask->ticket, hash))
		return err_set(e, ERR_NOT_FOUND, "the address has no ticket");
	q_bytes(q, ask->token_hash);
	q_u64(q, ask->id);
	q_bytes(q, str_n(hash, sizeof(hash)));
	q_i64(q, DOWNLOAD_TICKET_S);
	if (!db_find(q, a, &rows, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "the ticket is not valid, or not any more");
	s->hash = secret_hex(a, c_bytes(&rows).p, DOWNLOAD_HASH_B);
	s->name = c_str(&rows);
	s->type = c_str(&rows);
	return true;
}

/* ---- for the staff ---- */

struct add_tx {
	struct arena *a;
	const struct download_file *file;
};

static bool
add_body(struct db *db, void *arg, struct err *e)
{
	const struct download_file *f = ((const struct add_tx *)arg)->file;
	struct arena *a = ((const struct add_tx *)arg)->a;
	uint8_t hash[DOWNLOAD_HASH_B];
	struct db_query *q;
	struct db_rows rows;
	uint64_t n;

	if (!db_select_u64(db, SQL_FILE_SHIPPED, f->variant_id, a, &rows, e) || !db_next(&rows))
		return err_set(e, ERR_NOT_FOUND, "there is no such variant");
	if (c_i64(&rows) != 0)
		return err_set(e, ERR_CONFLICT,
		    "the variant is sent by post: only goods that need no delivery have files, since their buyers "
		    "agree that the right to withdraw ends");
	if (!secret_from_hex(f->hash, hash, sizeof(hash)))
		return err_set(e, ERR_BUG, "not a hash");
	if (!download_end(db, f->variant_id, f->name, &n, e))
		return false;
	q = db_query(db, SQL_FILE_INSERT);
	q_u64(q, f->variant_id);
	q_bytes(q, str_n(hash, sizeof(hash)));
	q_u64(q, (uint64_t)f->size_b);
	q_str(q, f->name);
	q_str(q, f->type);
	return db_run(q, NULL, e);
}

bool
download_add(struct db *db, struct arena *a, const struct download_file *f, struct err *e)
{
	return db_tx(db, add_body, &(struct add_tx){a, f}, e);
}

bool
download_end(struct db *db, uint64_t variant_id, struct str name, uint64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_FILE_END);

	q_u64(q, variant_id);
	q_str(q, name);
	q_str(q, name);
	return db_run(q, n, e);
}

bool
download_files(struct db *db, struct arena *a, bool ended, struct download_files *f, struct err *e)
{
	struct db_query *q = db_query(db, SQL_FILES);
	struct db_rows rows;

	q_i64(q, ended);
	if (!db_select(q, a, &rows, e))
		return false;
	*f = (struct download_files){.v = ARENA_ARRAY(a, struct download_file, rows.n + 1)};
	while (db_next(&rows)) {
		struct download_file *one = &f->v[f->n++];

		one->id = c_u64(&rows);
		one->variant_id = c_u64(&rows);
		one->sku = c_str(&rows);
		one->name = c_str(&rows);
		one->type = c_str(&rows);
		one->hash = c_str_or(&rows, STR(""));
		one->size_b = c_i64(&rows);
		one->added_at = c_i64(&rows);
		one->ended_at = c_i64_or(&rows, 0);
		one->orders = c_i64_or(&rows, 0);
	}
	return true;
}

struct regrant_tx {
	struct arena *a;
	const struct download_regrant *ask;
};

static bool
regrant_run(struct db *db, enum sql_id id, const struct download_regrant *r, struct err *e)
{
	struct db_query *q = db_query(db, id);

	if (id != SQL_GRANT_END) {
		q_i64(q, r->terms.times);
		q_i64(q, r->terms.days * DAY_S);
	}
	q_u64(q, r->order_id);
	q_u64(q, (uint64_t)r->pos);
	q_u64(q, (uint64_t)r->pos);
	return db_run(q, NULL, e);
}

static bool
regrant_body(struct db *db, void *arg, struct err *e)
{
	const struct download_regrant *r = ((const struct regrant_tx *)arg)->ask;
	struct arena *a = ((const struct regrant_tx *)arg)->a;
	struct db_rows rows;
	struct str token_hash;
	uint64_t state, payment, version;

	if (!db_select_u64(db, SQL_GRANT_ORDER, r->order_id, a, &rows, e) || !db_next(&rows))
		return err_set(e, ERR_NOT_FOUND, "there is no such order");
	token_hash = c_bytes(&rows);
	state = c_u64(&rows);
	payment = c_u64(&rows);
	if (!r->end
	    && ((state != ORDER_ORDER_CONFIRMED && state != ORDER_ORDER_COMPLETED)
		|| (payment != ORDER_PAYMENT_PAID && payment != ORDER_PAYMENT_PART_REFUNDED
		    && payment != ORDER_PAYMENT_OWED_BACK)))
		return err_set(e, ERR_CONFLICT, "the order is not paid: its state is %s, its payment %s",
		    order_state_name(ORDER_MACHINE_ORDER, (uint8_t)state),
		    order_state_name(ORDER_MACHINE_PAYMENT, (uint8_t)payment));
	if (r->end ? !regrant_run(db, SQL_GRANT_END, r, e)
		   : !grant_paid(db, a, r->order_id, &r->terms, e)
			 || (!r->first
			     && (!regrant_run(db, SQL_GRANT_NEWEST, r, e)
				 || !regrant_run(db, SQL_GRANT_AGAIN, r, e))))
		return false;
	/* no event gives it a number: two changes may come in the same second */
	secret_random(&version, sizeof(version));
	return outbox_stale(db, OUTBOX_order, order_cache_id(a, token_hash), version >> 1, r->now_s, e);
}

bool
download_grant(struct db *db, struct arena *a, const struct download_regrant *r, struct err *e)
{
	struct regrant_tx tx = {a, r};
	bool ok;

	if (!r->dry_run)
		return db_tx(db, regrant_body, &tx, e);
	if (!db_begin(db, e))
		return false;
	ok = regrant_body(db, &tx, e);
	db_rollback(db);
	return ok;
}
