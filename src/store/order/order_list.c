#include "store/order/order_list.h"

#include <stdlib.h>

#include "plat/text/json.h"
#include "shop/order_number.h"
#include "store/order/order_words.h"
#include "store/sql.h"

#define CHUNK 200 /* orders checked at a time */

/* Ids in the order of the list. */
struct list_run {
	struct db *db;
	struct arena *a;
	const struct order_filter *f;
	struct order_words words;
	unsigned driver; /* the statement */
	unsigned most;   /* ids to read */
	uint64_t *id;
	size_t n;
};

static const char *const queue_names[ORDER_QUEUE_PACK_OWED] = {
    "", "check_payment", "to_pack", "owed_back", "under_way", "collect"};

const char *
order_queue_name(int queue)
{
	if (queue == ORDER_QUEUE_PACK_OWED)
		queue = ORDER_QUEUE_TO_PACK;
	return queue >= 0 && queue < (int)ARRAY_LEN(queue_names) ? queue_names[queue] : "";
}

const char *
order_queue_shown(int queue)
{
	return queue == ORDER_QUEUE_PACK_OWED ? "to_pack, owed_back" : order_queue_name(queue);
}

/* The value of orders in this list and in another one; that of the list itself, if there are none. */
static int
queue_too(int queue)
{
	return queue == ORDER_QUEUE_TO_PACK || queue == ORDER_QUEUE_OWED_BACK ? ORDER_QUEUE_PACK_OWED : queue;
}

bool
order_queue_find(struct str name, int *queue)
{
	for (size_t i = 1; i < ARRAY_LEN(queue_names); i++)
		if (str_eq_z(name, queue_names[i])) {
			*queue = (int)i;
			return true;
		}
	return false;
}

struct order_filter
order_filter_all(void)
{
	return (struct order_filter){.queue = ORDER_LIST_ANY,
	    .state = ORDER_LIST_ANY,
	    .payment = ORDER_LIST_ANY,
	    .fulfilment = ORDER_LIST_ANY,
	    .min_minor = INT64_MIN,
	    .max_minor = INT64_MAX,
	    .limit = 50};
}

static bool
has_amount(const struct order_filter *f)
{
	return f->min_minor != INT64_MIN || f->max_minor != INT64_MAX;
}

/* The most selective filter drives. */
static unsigned
driver_of(const struct order_filter *f)
{
	if (f->sku.n > 0)
		return SQL_ORDERS_SKU;
	if (f->words.n > 0)
		return SQL_ORDERS_WORD;
	if (f->email.n > 0)
		return SQL_ORDERS_MAIL;
	if (f->min_minor == f->max_minor)
		return SQL_ORDERS_AMOUNT;
	if (f->queue != ORDER_LIST_ANY)
		return SQL_ORDERS_QUEUE;
	if (f->state != ORDER_LIST_ANY)
		return SQL_ORDERS_STATE;
	return f->from_s != 0 || f->to_s != 0 ? SQL_ORDERS_DAY : SQL_ORDERS_ALL;
}

static unsigned
filters_of(const struct order_filter *f, const struct order_words *words)
{
	return (f->sku.n > 0) + (unsigned)words->n + (f->email.n > 0) + has_amount(f) + (f->queue != ORDER_LIST_ANY)
	       + (f->country.n > 0) + (f->state != ORDER_LIST_ANY) + (f->payment != ORDER_LIST_ANY)
	       + (f->fulfilment != ORDER_LIST_ANY) + (f->from_s != 0 || f->to_s != 0);
}

/* Takes the ids of a result; each is kept once. */
static bool
take_ids(struct list_run *x, struct db_query *q, struct err *e)
{
	uint64_t before = x->f->after == 0 ? INT64_MAX : x->f->after;
	struct db_rows rows;

	q_u64(q, x->driver == SQL_ORDERS_QUEUE ? x->f->after : before);
	q_u64(q, x->most);
	if (!db_select(q, x->a, &rows, e))
		return false;
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);

		if (x->n == 0 || x->id[x->n - 1] != id)
			x->id[x->n++] = id;
	}
	return true;
}

static int
by_id_down(const void *p, const void *q)
{
	uint64_t a = *(const uint64_t *)p, b = *(const uint64_t *)q;

	return (a < b) - (a > b);
}

/* Most SKUs have one variant. The lists of several are merged. */
static bool
drive_sku(struct list_run *x, struct err *e)
{
	struct db_rows variants;
	size_t n = 0;

	if (!db_select_str(x->db, SQL_ORDERS_VARIANTS, x->f->sku, x->a, &variants, e))
		return false;
	x->id = ARENA_ARRAY(x->a, uint64_t, (size_t)x->most * (variants.n + 1));
	while (db_next(&variants)) {
		struct db_query *q = db_query(x->db, SQL_ORDERS_SKU);

		q_u64(q, c_u64(&variants));
		if (!take_ids(x, q, e))
			return false;
	}
	qsort(x->id, x->n, sizeof(*x->id), by_id_down);
	for (size_t i = 0; i < x->n; i++)
		if (n == 0 || x->id[n - 1] != x->id[i])
			x->id[n++] = x->id[i];
	x->n = n < x->most ? n : x->most;
	return true;
}

static int
by_id_up(const void *p, const void *q)
{
	return by_id_down(q, p);
}

/* The orders that are in this list only, and those that are in another one too. */
static bool
drive_queue(struct list_run *x, struct err *e)
{
	const int queues[] = {x->f->queue, queue_too(x->f->queue)};

	x->id = ARENA_ARRAY(x->a, uint64_t, 2 * (size_t)x->most);
	for (size_t i = 0; i < (queues[0] == queues[1] ? 1 : 2); i++) {
		struct db_query *q = db_query(x->db, SQL_ORDERS_QUEUE);

		q_i64(q, queues[i]);
		if (!take_ids(x, q, e))
			return false;
	}
	qsort(x->id, x->n, sizeof(*x->id), by_id_up);
	x->n = x->n < x->most ? x->n : x->most;
	return true;
}

/* The word that fewest orders have comes first. */
static bool
rarest_first(struct list_run *x, struct err *e)
{
	int64_t least = INT64_MAX;
	size_t rarest = 0;

	for (size_t i = 0; x->words.n > 1 && i < x->words.n; i++) {
		struct db_query *q = db_query(x->db, SQL_ORDERS_WORD_COUNT);
		struct db_rows rows;
		int64_t n;

		q_str(q, x->words.v[i]);
		q_u64(q, ORDER_LIST_WINDOW + 1);
		if (!db_get(q, x->a, &rows, e))
			return false;
		n = c_i64(&rows);
		if (n < least) {
			least = n;
			rarest = i;
		}
	}
	if (rarest > 0) {
		struct str first = x->words.v[0];

		x->words.v[0] = x->words.v[rarest];
		x->words.v[rarest] = first;
	}
	return true;
}

/* The time of the last order seen is read first: the list goes on among the orders of its second. */
static bool
drive_day(struct list_run *x, struct db_query **q, struct err *e)
{
	int64_t to_s = x->f->to_s == 0 ? INT64_MAX : x->f->to_s, last_s = INT64_MAX;
	struct db_rows rows;

	if (x->f->after != 0) {
		if (!db_select_u64(x->db, SQL_ORDERS_AT, x->f->after, x->a, &rows, e))
			return false;
		if (db_next(&rows)) {
			(void)c_str(&rows);
			last_s = c_i64(&rows);
		}
	}
	*q = db_query(x->db, SQL_ORDERS_DAY);
	q_i64(*q, x->f->from_s);
	q_i64(*q, last_s < to_s ? last_s : to_s);
	q_i64(*q, last_s);
	return true;
}

static bool
drive(struct list_run *x, struct err *e)
{
	struct db_query *q;

	if (x->driver == SQL_ORDERS_SKU)
		return drive_sku(x, e);
	if (x->driver == SQL_ORDERS_QUEUE)
		return drive_queue(x, e);
	x->id = ARENA_ARRAY(x->a, uint64_t, x->most);
	if (x->driver == SQL_ORDERS_WORD && !rarest_first(x, e))
		return false;
	if (x->driver == SQL_ORDERS_DAY)
		return drive_day(x, &q, e) && take_ids(x, q, e);
	q = db_query(x->db, x->driver);
	switch (x->driver) {
	case SQL_ORDERS_WORD: q_str(q, x->words.v[0]); break;
	case SQL_ORDERS_MAIL: q_str(q, x->f->email); break;
	case SQL_ORDERS_AMOUNT: q_i64(q, x->f->min_minor); break;
	case SQL_ORDERS_STATE: q_i64(q, x->f->state); break;
	default: break;
	}
	return take_ids(x, q, e);
}

static void
q_any(struct db_query *q, int value)
{
	q_i64_or_null(q, value, value == ORDER_LIST_ANY);
}

static void
q_text(struct db_query *q, struct str s)
{
	if (s.n == 0)
		q_null(q);
	else
		q_str(q, s);
}

static void
read_order_head(struct db_rows *rows, struct order_head *h)
{
	h->id = c_u64(rows);
	h->number = c_str(rows);
	h->created_at = c_i64(rows);
	for (int m = 0; m < ORDER_MACHINE__MAX; m++)
		h->states.of[m] = (uint8_t)c_u64(rows);
	h->queue = (int)c_u64_or(rows, 0);
	h->country = c_str(rows);
	h->currency = c_str(rows);
	h->total_minor = c_i64(rows);
	h->email = c_str(rows);
	h->delivery = c_str(rows);
	h->payment = c_str(rows);
	h->has_note = c_i64(rows) != 0;
	h->version = c_u64(rows);
	h->name = c_str_or(rows, STR_NONE);
	h->company = c_str_or(rows, STR_NONE);
}

/* Reads those of the ids that pass all filters, in the order of the ids. */
static bool
check_chunk(struct list_run *x, size_t from, size_t n, struct order_list *out, struct err *e)
{
	const struct order_filter *f = x->f;
	struct db_query *q;
	struct db_rows rows;
	struct str ids, words = STR_NONE;
	struct order_head *h;
	size_t found = 0;
	int64_t check_words = x->words.n > (x->driver == SQL_ORDERS_WORD) ? (int64_t)x->words.n : 0;

	if (!json_ids(x->a, x->id + from, n, &ids, e) || !order_words_json(x->a, &x->words, &words, e))
		return false;
	q = db_query(x->db, SQL_ORDERS_HEADS);
	q_str(q, ids);
	q_any(q, f->state);
	q_any(q, f->payment);
	q_any(q, f->fulfilment);
	q_any(q, f->queue);
	q_any(q, queue_too(f->queue));
	q_text(q, f->country);
	q_text(q, f->email);
	q_i64(q, f->from_s);
	q_i64(q, f->to_s == 0 ? INT64_MAX : f->to_s);
	q_i64(q, f->min_minor);
	q_i64(q, f->max_minor);
	q_i64(q, check_words);
	q_i64(q, check_words);
	q_str(q, words);
	if (!db_select(q, x->a, &rows, e))
		return false;
	h = ARENA_ARRAY(x->a, struct order_head, rows.n + 1);
	while (db_next(&rows))
		read_order_head(&rows, &h[found++]);
	/* the rows are few, and usually in order already */
	for (size_t i = from; i < from + n && out->n < f->limit; i++) {
		out->last_id = x->id[i];
		for (size_t k = 0; k < found; k++)
			if (h[k].id == x->id[i]) {
				out->v[out->n++] = h[k];
				break;
			}
	}
	return true;
}

/* Names the last order looked at, where the next call goes on. */
static bool
end_list(struct list_run *x, struct order_list *out, struct err *e)
{
	struct db_rows rows;

	if (x->n == 0)
		return true;
	out->more = out->last_id != x->id[x->n - 1] || x->n == x->most;
	if (!db_select_u64(x->db, SQL_ORDERS_AT, out->last_id, x->a, &rows, e))
		return false;
	if (db_next(&rows)) {
		out->last_number = c_str(&rows);
		out->last_at = c_i64(&rows);
	}
	return true;
}

bool
order_list_get(struct db *db, struct arena *a, const struct order_filter *f, struct order_list *out, struct err *e)
{
	struct list_run x = {.db = db, .a = a, .f = f};

	ASSERT(f->limit >= 1 && f->limit <= ORDER_LIST_MAX);
	*out = (struct order_list){.v = ARENA_ARRAY(a, struct order_head, f->limit)};
	if (f->words.n > 0 && !order_words_of(a, f->words, &x.words, e))
		return false;
	x.driver = driver_of(f);
	x.most = filters_of(f, &x.words) > (x.driver != SQL_ORDERS_ALL) ? ORDER_LIST_WINDOW : f->limit + 1;
	if (!drive(&x, e))
		return false;
	for (size_t i = 0; i < x.n && out->n < f->limit; i += CHUNK)
		if (!check_chunk(&x, i, x.n - i < CHUNK ? x.n - i : CHUNK, out, e))
			return false;
	return end_list(&x, out, e);
}

/* The number as stored, else typed in another case, else its digits alone. */
bool
order_id_of(struct db *db, struct arena *a, struct str prefix, struct str typed, uint64_t *id, struct err *e)
{
	struct str forms[] = {typed, str_fmt(a, "%.*s%.*s", STR_ARG(prefix), STR_ARG(typed))};
	struct db_rows rows;
	struct str exact;

	if (order_number_parse(prefix, typed, id)) {
		exact = order_number(a, prefix, *id);
		forms[0] = exact;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (!db_select_str(db, SQL_ORDERS_NUMBER, forms[i], a, &rows, e))
			return false;
		if (db_next(&rows)) {
			*id = c_u64(&rows);
			return true;
		}
	}
	return err_set(e, ERR_NOT_FOUND, "there is no order %.*s", STR_ARG(typed));
}
