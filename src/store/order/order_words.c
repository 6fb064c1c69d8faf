#include "store/order/order_words.h"

#include "plat/text/fold.h"
#include "plat/text/json.h"
#include "shop/search.h"
#include "store/sql.h"

#define TYPED_MAX 8
#define PER_ORDER_MAX 200
#define BATCH 50 /* orders per transaction: their rows are locked meanwhile */
#define JSON_MAX_B ((size_t)4 << 20)
#define UNKNOWN STR("ZZ") /* the country of an order without one */

/* Both spellings of a German umlaut are kept; one is looked for. */
static bool
add_words(struct arena *a, struct search_tokens *t, struct str text, bool german, struct err *e)
{
	struct str folded;

	if (!fold_text(a, text, FOLD_PLAIN, &folded, e))
		return false;
	search_add(t, folded);
	if (!german)
		return true;
	if (!fold_text(a, text, FOLD_GERMAN, &folded, e))
		return false;
	search_add(t, folded);
	return true;
}

/* "+49 (40) 12-34" is one word. */
static void
add_digits(struct arena *a, struct search_tokens *t, struct str phone)
{
	struct buf b;

	buf_init(&b, a, phone.n + 1);
	for (size_t i = 0; i < phone.n; i++)
		if (phone.p[i] >= '0' && phone.p[i] <= '9')
			buf_ch(&b, phone.p[i]);
	search_add(t, buf_str(&b));
}

bool
order_words_of(struct arena *a, struct str typed, struct order_words *words, struct err *e)
{
	struct search_tokens t;

	search_tokens_init(&t, a, TYPED_MAX);
	if (!add_words(a, &t, typed, false, e))
		return false;
	if (t.n == 0)
		return err_set(e, ERR_INPUT, "\"%.*s\" has no word", STR_ARG(typed));
	*words = (struct order_words){ARENA_ARRAY(a, struct str, t.n), t.n};
	for (size_t i = 0; i < t.n; i++)
		words->v[i] = t.token[i].text;
	return true;
}

bool
order_words_json(struct arena *a, const struct order_words *words, struct str *text, struct err *e)
{
	struct json_out w;

	json_init(&w, a, JSON_MAX_B, '[');
	for (size_t i = 0; i < words->n; i++)
		json_put_str(&w, words->v[i]);
	return json_done(&w, ']', text, e);
}

struct fill_tx {
	struct arena *a;
	unsigned most, n;
};

/* Up to two addresses of an order are read one after the other. */
struct fill_rows {
	struct search_tokens tokens;
	uint64_t order_id; /* of the tokens; 0: none yet */
	struct json_out words;
	struct str *country; /* of each order */
	size_t n;
};

static void
end_order(struct fill_rows *x)
{
	for (size_t i = 0; i < x->tokens.n; i++) {
		json_begin(&x->words, '[');
		json_put_i64(&x->words, (int64_t)x->order_id);
		json_put_str(&x->words, x->tokens.token[i].text);
		json_end(&x->words, ']');
	}
}

static bool
add_address(struct arena *a, struct fill_rows *x, struct db_rows *rows, struct err *e)
{
	uint64_t order_id = c_u64(rows);
	struct str country = c_str(rows), email;
	ptrdiff_t at;

	if (order_id != x->order_id) {
		end_order(x);
		search_tokens_reset(&x->tokens, a);
		x->order_id = order_id;
		x->country[x->n++] = country.n == 0 ? UNKNOWN : country;
	}
	email = c_str(rows);
	at = str_chr(email, '@');
	if (!add_words(a, &x->tokens, at < 0 ? email : str_head(email, (size_t)at), true, e))
		return false;
	add_digits(a, &x->tokens, c_str(rows));
	for (int i = 0; i < 6; i++) /* name, company, street, its second line, postcode, city */
		if (!add_words(a, &x->tokens, c_str(rows), true, e))
			return false;
	return true;
}

/* The orders come in the order of their ids. */
static bool
end_orders(struct db *db, struct arena *a, const struct fill_rows *x, const uint64_t *id, struct err *e)
{
	struct db_query *clear = db_query_rows(db, SQL_ORDER_WORDS_CLEAR, a, x->n), *done;

	for (size_t i = 0; i < x->n; i++)
		q_u64(clear, id[i]);
	if (!db_run(clear, NULL, e))
		return false;
	done = db_query_rows(db, SQL_ORDER_WORDS_DONE, a, x->n);
	for (size_t i = 0; i < x->n; i++) {
		q_str(done, x->country[i]);
		q_u64(done, id[i]);
	}
	return db_run(done, NULL, e);
}

static bool
index_orders(struct db *db, struct arena *a, const uint64_t *id, size_t n, struct err *e)
{
	struct fill_rows x = {.country = ARENA_ARRAY(a, struct str, n)};
	struct str ids, words;
	struct db_rows rows;

	if (!json_ids(a, id, n, &ids, e) || !db_select_str(db, SQL_ORDER_WORDS_SOURCE, ids, a, &rows, e))
		return false;
	search_tokens_init(&x.tokens, a, PER_ORDER_MAX);
	json_init(&x.words, a, JSON_MAX_B, '[');
	while (db_next(&rows))
		if (!add_address(a, &x, &rows, e))
			return false;
	end_order(&x);
	return json_done(&x.words, ']', &words, e) && end_orders(db, a, &x, id, e)
	       && db_run_str(db, SQL_ORDER_WORDS_PUT, words, e);
}

static bool
fill_batch(struct db *db, void *arg, struct err *e)
{
	struct fill_tx *tx = arg;
	struct db_query *q = db_query(db, SQL_ORDER_WORDS_DUE);
	struct db_rows rows;
	uint64_t *id;

	tx->n = 0;
	q_u64(q, tx->most);
	if (!db_select(q, tx->a, &rows, e))
		return false;
	if (rows.n == 0)
		return true;
	id = ARENA_ARRAY(tx->a, uint64_t, rows.n);
	while (db_next(&rows))
		id[tx->n++] = c_u64(&rows);
	return index_orders(db, tx->a, id, tx->n, e);
}

bool
order_words_fill(struct db *db, struct arena *a, unsigned most, unsigned *n, struct err *e)
{
	*n = 0;
	while (*n < most) {
		struct arena_mark m = arena_mark(a);
		struct fill_tx tx = {.a = a, .most = most - *n < BATCH ? most - *n : BATCH};

		if (!db_tx(db, fill_batch, &tx, e))
			return false;
		arena_rewind(a, m);
		*n += tx.n;
		if (tx.n < tx.most)
			break;
	}
	return true;
}
