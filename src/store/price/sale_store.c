#include "store/price/sale_store.h"

#include "plat/text/json.h"
#include "store/catalogue/price_plan.h"
#include "store/control_store.h"
#include "store/rows_out.h"
#include "store/sql.h"

#define SORT_N 300
#define PREVIEW_MAX_B ((size_t)16 << 20) /* of one batch */

enum sale_state
sale_state(const struct sale *s, int64_t now_s)
{
	return now_s >= s->ends_s || s->ended_by.n > 0 ? SALE_OVER : now_s >= s->starts_s ? SALE_RUNNING : SALE_PLANNED;
}

const char *
sale_state_name(enum sale_state state)
{
	static const char *const names[] = {
	    [SALE_PLANNED] = "planned", [SALE_RUNNING] = "running", [SALE_OVER] = "over"};

	return names[state];
}

static void
take_sale(struct db_rows *r, struct sale *s)
{
	s->id = c_u64(r);
	s->name = c_str(r);
	s->starts_s = c_i64(r);
	s->ends_s = c_i64(r);
	s->rule = c_str(r);
	s->selection = c_str(r);
	s->actor = c_str(r);
	s->created_s = c_i64(r);
	s->ended_by = c_str_or(r, STR_NONE);
	s->n = (uint64_t)c_i64_or(r, 0);
}

bool
sale_list(struct db *db, struct arena *a, struct sale **out, size_t *n, struct err *e)
{
	struct db_rows rows;
	struct sale *s;

	if (!db_select(db_query(db, SQL_SALE_LIST), a, &rows, e))
		return false;
	*out = s = ARENA_ARRAY(a, struct sale, rows.n);
	*n = rows.n;
	while (db_next(&rows))
		take_sale(&rows, s++);
	return true;
}

static bool
sale_find(struct db *db, struct arena *a, struct str name, struct sale *s, bool *found, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SALE_OF_NAME);
	struct db_rows rows;

	q_str(q, name);
	if (!db_find(q, a, &rows, found, e))
		return false;
	if (*found)
		take_sale(&rows, s);
	return true;
}

bool
sale_get(struct db *db, struct arena *a, struct str name, struct sale *s, struct err *e)
{
	bool found;

	return sale_find(db, a, name, s, &found, e)
	    && (found || err_set(e, ERR_NOT_FOUND, "there is no sale \"%.*s\"", STR_ARG(name)));
}

bool
sale_prices(struct db *db, struct arena *a, const struct sale *s, struct sale_price **out, struct err *e)
{
	struct sale_price *p;
	struct db_rows rows;

	if (!db_select_u64(db, SQL_SALE_PRICES, s->id, a, &rows, e))
		return false;
	*out = p = ARENA_ARRAY(a, struct sale_price, rows.n);
	for (; db_next(&rows); p++) {
		p->variant_id = c_u64(&rows);
		p->base_minor = c_i64(&rows);
		p->minor = c_i64(&rows);
	}
	return true;
}

static void
preview_one(struct price_planned *p, const struct sale *s, const struct sale_price *price, int64_t now_s,
    struct sale_preview *out)
{
	struct price_line without = p->line;
	struct price_sale sales[PRICE_SALES_MAX + 1];
	struct price_now now;

	for (size_t i = 0; i < p->n_sales; i++)
		sales[i] = p->sales[i];
	sales[p->n_sales] = (struct price_sale){s->starts_s, s->ends_s, price->minor};
	price_plan(&without, p->base_minor, sales, p->n_sales, now_s);
	price_plan(&p->line, p->base_minor, sales, p->n_sales + 1, now_s);
	price_at(&without, p->base_minor, s->starts_s, &now);
	out->now_minor = now.minor;
	price_at(&p->line, p->base_minor, s->starts_s, &now);
	out->then_minor = now.minor;
	out->was_minor = now.was_minor;
	out->lowest_minor = -1;
	for (size_t i = 0; i < p->line.n; i++)
		if (p->line.v[i].since_s <= s->starts_s)
			out->lowest_minor = price_lowest_before(&p->line, i);
}

static bool
preview_batch(struct db *db, struct arena *scratch, const struct sale *s, const struct sale_price *prices,
    struct sale_preview *out, int64_t now_s, struct err *e)
{
	uint64_t ids[PRICE_BATCH];
	struct price_plans x;
	struct str json;

	for (size_t i = 0; i < s->n; i++)
		ids[i] = prices[i].variant_id;
	if (!json_ids(scratch, ids, s->n, &json, e) || !price_plan_load(db, scratch, json, now_s, &x, e))
		return false;
	if (x.n != s->n)
		return err_set(e, ERR_CONFLICT, "a variant has vanished");
	for (size_t i = 0; i < x.n; i++)
		preview_one(&x.v[i], s, &prices[i], now_s, &out[i]);
	return true;
}

/* Names another sale of the same time beside each variant that is in one. */
static bool
preview_others(struct db *db, struct arena *a, const struct sale *s, const struct sale_price *prices,
    struct sale_preview *out, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SALE_OTHERS);
	struct db_rows rows;
	size_t i = 0;

	q_i64(q, s->starts_s);
	q_i64(q, s->ends_s);
	q_str(q, s->name);
	if (!db_select(q, a, &rows, e))
		return false;
	while (db_next(&rows)) {
		uint64_t id = c_u64(&rows);
		struct str name = c_str(&rows);

		while (i < s->n && prices[i].variant_id < id)
			i++;
		if (i < s->n && prices[i].variant_id == id)
			out[i].other = name;
	}
	return true;
}

bool
sale_preview(struct db *db, struct arena *a, const struct sale *s, const struct sale_price *prices,
    struct sale_preview *out, int64_t now_s, struct err *e)
{
	struct arena scratch;
	bool ok = true;

	arena_init(&scratch, PREVIEW_MAX_B);
	for (size_t i = 0; ok && i < s->n; i += PRICE_BATCH) {
		struct sale part = *s;

		part.n = s->n - i < PRICE_BATCH ? s->n - i : PRICE_BATCH;
		ok = preview_batch(db, &scratch, &part, prices + i, out + i, now_s, e);
		arena_reset(&scratch);
	}
	arena_fini(&scratch);
	return ok && preview_others(db, a, s, prices, out, e);
}

struct adding {
	struct arena *a;
	const struct sale *s;
	const struct sale_price *prices;
	const struct price_goods *goods;
	struct str actor; /* of sale_end() */
};

static bool
sale_insert(struct db *db, const struct sale *s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SALE_NEW);

	q_str(q, s->name);
	q_i64(q, s->starts_s);
	q_i64(q, s->ends_s);
	q_str(q, s->rule);
	q_str(q, s->selection);
	q_str(q, s->actor);
	q_i64(q, s->created_s);
	return db_run(q, NULL, e);
}

/* A COMMIT whose outcome is unknown is repeated: the sale may be there already. */
static bool
add_sale(struct db *db, void *arg, struct err *e)
{
	const struct adding *x = arg;
	struct rows_out rows;
	struct sale old;
	bool found;
	uint64_t id;

	if (!sale_find(db, x->a, x->s->name, &old, &found, e))
		return false;
	if (found)
		return (old.created_s == x->s->created_s && str_eq(old.actor, x->s->actor) && old.n == x->s->n)
		    || err_set(e, ERR_CONFLICT, "there is a sale \"%.*s\"", STR_ARG(old.name));
	if (!sale_insert(db, x->s, e))
		return false;
	id = db_last_id(db);
	rows_out_init(&rows, db, SQL_SALE_PRICES_NEW, x->a);
	for (size_t i = 0; i < x->s->n; i++) {
		json_begin(&rows.rows, '[');
		json_put_i64(&rows.rows, (int64_t)id);
		json_put_i64(&rows.rows, (int64_t)x->prices[i].variant_id);
		json_put_i64(&rows.rows, x->prices[i].minor);
		json_put_i64(&rows.rows, x->prices[i].base_minor);
		if (!rows_out_end(&rows, e))
			return false;
	}
	return rows_out_send(&rows, e) && price_changed(db, x->a, x->goods, x->s->created_s, e);
}

bool
sale_add(struct db *db, struct arena *a, const struct sale *s, const struct sale_price *prices,
    const struct price_goods *goods, struct err *e)
{
	return db_tx(db, add_sale, &(struct adding){.a = a, .s = s, .prices = prices, .goods = goods}, e);
}

static bool
end_sale(struct db *db, void *arg, struct err *e)
{
	const struct adding *x = arg;
	struct db_query *q = db_query(db, SQL_SALE_END);
	int64_t now_s;
	uint64_t n;

	q_str(q, x->actor);
	q_u64(q, x->s->id);
	if (!db_run(q, &n, e) || !shop_control_clock(db, x->a, &now_s, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_CONFLICT, "the sale \"%.*s\" is over", STR_ARG(x->s->name));
	return price_changed(db, x->a, x->goods, now_s, e);
}

bool
sale_end(struct db *db, struct arena *a, const struct sale *s, struct str actor, const struct price_goods *goods,
    struct err *e)
{
	return db_tx(db, end_sale, &(struct adding){.a = a, .s = s, .goods = goods, .actor = actor}, e);
}

static bool
sort_products(struct db *db, struct arena *a, struct sale_sorting *x, size_t *n, struct err *e)
{
	struct db_query *q = db_query(db, SQL_SALE_PRODUCTS);
	struct db_rows rows;
	uint64_t *ids;
	struct str json;

	q_u64(q, x->sale);
	q_u64(q, x->after);
	q_u64(q, SORT_N);
	if (!db_select(q, a, &rows, e))
		return false;
	*n = rows.n;
	ids = ARENA_ARRAY(a, uint64_t, rows.n);
	for (size_t i = 0; db_next(&rows); i++) {
		x->after = c_u64(&rows);
		ids[i] = x->after;
	}
	return rows.n == 0 || (json_ids(a, ids, rows.n, &json, e) && price_plan_sort(db, json, e));
}

bool
sale_sort(struct db *db, struct arena *a, struct sale_sorting *x, bool *more, struct err *e)
{
	struct db_query *q;
	struct db_rows rows;
	int64_t now_s;
	uint64_t sale;
	bool due;
	size_t n;

	*more = false;
	if (!shop_control_clock(db, a, &now_s, e))
		return false;
	q = db_query(db, SQL_SALE_UNSORTED);
	q_i64(q, now_s);
	q_i64(q, now_s);
	if (!db_find(q, a, &rows, &due, e) || !due)
		return e->kind == ERR_NONE;
	*more = true;
	sale = c_u64(&rows);
	if (x->sale != sale)
		*x = (struct sale_sorting){.sale = sale};
	if (!db_begin(db, e) || !sort_products(db, a, x, &n, e) || !db_commit(db, e))
		return false;
	if (n == SORT_N)
		return true;
	*x = (struct sale_sorting){0};
	q = db_query(db, SQL_SALE_SORTED);
	q_i64(q, now_s);
	q_u64(q, sale);
	return db_run(q, NULL, e);
}
