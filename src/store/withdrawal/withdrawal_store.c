#include "store/withdrawal/withdrawal_store.h"

#include "plat/db/db_code.h"
#include "store/order/order_list.h"
#include "store/sql.h"

#define WORDS_MAX 12 /* of a text that are tried as the number of an order */

const char *
withdrawal_state_name(enum withdrawal_state state)
{
	static const char *const names[] = {[WITHDRAWAL_NEW] = "new",
	    [WITHDRAWAL_ACKNOWLEDGED] = "acknowledged",
	    [WITHDRAWAL_OPEN] = "open",
	    [WITHDRAWAL_MATCHED] = "matched",
	    [WITHDRAWAL_REFUSED] = "refused"};

	ASSERT(state < WITHDRAWAL_STATE__MAX);
	return names[state];
}

struct declare_tx {
	const struct withdrawal *w;
	const uint8_t *hash;
	bool again;
};

/* A COMMIT with an unknown outcome makes the body run again: then the row may be there. */
static bool
declare_body(struct db *db, void *arg, struct err *e)
{
	struct declare_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_DECLARE);

	tx->again = false;
	q_bytes(q, str_n(tx->hash, SECRET_HASH_B));
	q_str(q, tx->w->lang);
	q_str(q, tx->w->name);
	q_str(q, tx->w->email);
	q_str(q, tx->w->contract);
	q_str(q, tx->w->goods);
	q_str(q, tx->w->pieces);
	if (db_run(q, NULL, e))
		return true;
	if (e->kind != ERR_CONFLICT || e->code != DB_CODE_DUPLICATE)
		return false;
	err_clear(e);
	tx->again = true;
	return true;
}

bool
withdrawal_declare(
    struct db *db, const struct withdrawal *w, const uint8_t hash[SECRET_HASH_B], bool *again, struct err *e)
{
	struct declare_tx tx = {.w = w, .hash = hash};
	bool ok = db_tx(db, declare_body, &tx, e);

	*again = tx.again;
	return ok;
}

bool
withdrawal_receipt(
    struct db *db, struct arena *a, const uint8_t hash[SECRET_HASH_B], struct withdrawal *w, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_RECEIPT);
	struct db_rows rows;

	q_bytes(q, str_n(hash, SECRET_HASH_B));
	if (!db_get(q, a, &rows, e))
		return false;
	w->at = c_i64(&rows);
	w->lang = c_str(&rows);
	w->name = c_str(&rows);
	w->email = c_str(&rows);
	w->contract = c_str(&rows);
	w->goods = c_str(&rows);
	w->pieces = STR_NONE;
	return true;
}

static bool
read_state(uint64_t value, enum withdrawal_state *state, struct err *e)
{
	*state = (enum withdrawal_state)value;
	return value < WITHDRAWAL_STATE__MAX || err_set(e, ERR_BUG, "a withdrawal has an unknown state");
}

static bool
read_withdrawal(struct db_rows *rows, struct withdrawal_row *w, struct err *e)
{
	bool known;

	w->id = c_u64(rows);
	w->hash = c_bytes(rows);
	w->declared.at = c_i64(rows);
	w->declared.lang = c_str(rows);
	w->declared.name = c_str(rows);
	w->declared.email = c_str(rows);
	w->declared.contract = c_str(rows);
	w->declared.goods = c_str(rows);
	w->declared.pieces = c_str(rows);
	known = read_state(c_u64(rows), &w->state, e);
	w->order_id = c_u64_or(rows, 0);
	w->return_id = c_u64_or(rows, 0);
	w->actor = c_str(rows);
	w->why = c_str(rows);
	w->changed_at = c_i64(rows);
	return known;
}

static bool
find_withdrawal(struct db_query *q, struct arena *a, struct withdrawal_row *w, bool *found, struct err *e)
{
	struct db_rows rows;

	return db_find(q, a, &rows, found, e) && (!*found || read_withdrawal(&rows, w, e));
}

bool
withdrawal_get(struct db *db, struct arena *a, uint64_t id, struct withdrawal_row *w, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_GET);
	bool found;

	q_u64(q, id);
	return find_withdrawal(q, a, w, &found, e)
	       && (found || err_set(e, ERR_NOT_FOUND, "there is no withdrawal %llu", (unsigned long long)id));
}

bool
withdrawal_number(struct db *db, struct arena *a, struct withdrawal_row *w, struct err *e)
{
	struct db_rows rows;

	w->number = STR_NONE;
	if (w->order_id == 0)
		return true;
	if (!db_select_u64(db, SQL_WITHDRAWAL_NUMBER, w->order_id, a, &rows, e))
		return false;
	if (db_next(&rows))
		w->number = c_str(&rows);
	return true;
}

bool
withdrawal_next(
    struct db *db, struct arena *a, enum withdrawal_state state, struct withdrawal_row *w, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_NEXT);

	q_i64(q, state);
	return find_withdrawal(q, a, w, found, e);
}

bool
withdrawal_set(struct db *db, const struct withdrawal_row *w, const struct withdrawal_step *s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_SET);
	uint64_t n;

	q_i64(q, s->to);
	if (s->order_id == 0)
		q_null(q);
	else
		q_u64(q, s->order_id);
	if (s->return_id == 0)
		q_null(q);
	else
		q_u64(q, s->return_id);
	q_str(q, str_z(s->actor));
	q_str(q, s->why);
	q_u64(q, w->id);
	q_u64(q, w->state);
	if (!db_run(q, &n, e))
		return false;
	return n == 1
	       || err_set(e, ERR_CONFLICT, "somebody else has changed withdrawal %llu", (unsigned long long)w->id);
}

bool
withdrawal_list(
    struct db *db, struct arena *a, const struct withdrawal_filter *f, struct withdrawal_rows *out, struct err *e)
{
	struct db_query *q = db_query(db, f->state < 0 ? SQL_WITHDRAWAL_LIST : SQL_WITHDRAWAL_LIST_STATE);
	struct db_rows rows;

	if (f->state >= 0)
		q_i64(q, f->state);
	q_u64(q, f->before == 0 ? INT64_MAX : f->before);
	q_u64(q, f->limit);
	if (!db_select(q, a, &rows, e))
		return false;
	*out = (struct withdrawal_rows){.v = ARENA_ARRAY(a, struct withdrawal_row, rows.n + 1)};
	while (db_next(&rows))
		if (!read_withdrawal(&rows, &out->v[out->n++], e))
			return false;
	return true;
}

bool
withdrawal_acknowledged(
    struct db *db, struct arena *a, uint64_t order_id, uint64_t return_id, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_ACKNOWLEDGED);
	struct db_rows rows;

	q_u64(q, order_id);
	q_u64(q, return_id);
	q_str(q, STR(WITHDRAWAL_JOB));
	if (!db_get(q, a, &rows, e))
		return false;
	*found = c_i64(&rows) > 0;
	return true;
}

bool
withdrawal_waiting(struct db *db, struct arena *a, int64_t *n, int64_t *since_s, struct err *e)
{
	struct db_rows rows;

	if (!db_get(db_query(db, SQL_WITHDRAWAL_WAITING), a, &rows, e))
		return false;
	*n = c_i64(&rows);
	*since_s = c_i64(&rows);
	return true;
}

bool
withdrawal_recent(struct db *db, struct arena *a, const struct withdrawal_row *w, int64_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_RECENT);
	struct db_rows rows;

	q_str(q, w->declared.email);
	q_i64(q, w->declared.at);
	q_i64(q, w->declared.at);
	if (!db_get(q, a, &rows, e))
		return false;
	*n = c_i64(&rows);
	return true;
}

bool
withdrawal_earlier(struct db *db, struct arena *a, const struct withdrawal_row *w, uint64_t order_id,
    struct withdrawal_row *earlier, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_WITHDRAWAL_EARLIER);

	q_u64(q, w->id);
	q_u64(q, order_id);
	return find_withdrawal(q, a, earlier, found, e);
}

/* True if the order is the buyer's. */
static bool
find_by_number(struct db *db, struct arena *a, const struct withdrawal_claim *claim, struct str number, uint64_t *id,
    struct err *e)
{
	struct db_query *q;
	struct db_rows rows;

	if (!order_id_of(db, a, claim->prefix, number, id, e)) {
		*id = 0;
		if (e->kind != ERR_NOT_FOUND)
			return false;
		err_clear(e);
		return true;
	}
	q = db_query(db, SQL_WITHDRAWAL_ORDER);
	q_u64(q, *id);
	q_str(q, claim->email);
	if (!db_get(q, a, &rows, e))
		return false;
	if (c_i64(&rows) == 0)
		*id = 0;
	return true;
}

/* Numbers of orders are ASCII. */
static bool
is_number(struct str word)
{
	bool digit = false;

	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < ' ' || word.p[i] > '~')
			return false;
		digit = digit || (word.p[i] >= '0' && word.p[i] <= '9');
	}
	return digit;
}

/* People write "order no. K-100425, of Monday". */
bool
withdrawal_find_order(struct db *db, struct arena *a, const struct withdrawal_claim *claim, uint64_t *id, struct err *e)
{
	struct str rest = claim->number, word;

	*id = 0;
	for (int i = 0; i < WORDS_MAX && *id == 0 && rest.n > 0 && str_cut(&rest, ' ', &word); i++) {
		while (word.n > 0 && str_chr(STR("#.,;:()\"'"), word.p[0]) >= 0)
			word = str_from(word, 1);
		while (word.n > 0 && str_chr(STR("#.,;:()\"'"), word.p[word.n - 1]) >= 0)
			word.n--;
		if (word.n > 0 && is_number(word) && !find_by_number(db, a, claim, word, id, e))
			return false;
	}
	return true;
}
