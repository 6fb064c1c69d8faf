#include "store/catalogue/price_plan.h"

#include <stdlib.h>

#include "store/rows_out.h"
#include "store/sql.h"

static int
planned_order(const void *a, const void *b)
{
	const struct price_planned *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct price_planned *
planned_of(struct price_plans *x, uint64_t id)
{
	struct price_planned key = {.id = id}, *found = bsearch(&key, x->v, x->n, sizeof(key), planned_order);

	ASSERT(found != NULL);
	return found;
}

static bool
plan_steps(struct db *db, struct arena *a, struct str ids, int64_t now_s, struct price_plans *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PLAN_STEPS);
	struct db_rows rows;

	q_str(q, ids);
	q_i64(q, now_s);
	q_i64(q, now_s);
	if (!db_select(q, a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct price_planned *p = planned_of(x, c_u64(&rows));
		int64_t since_s = c_i64(&rows);

		price_add(&p->line, since_s, c_i64(&rows));
	}
	return true;
}

static bool
plan_sales(struct db *db, struct arena *a, struct str ids, int64_t now_s, struct price_plans *x, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PLAN_SALES);
	struct db_rows rows;

	q_str(q, ids);
	q_i64(q, now_s);
	if (!db_select(q, a, &rows, e))
		return false;
	while (db_next(&rows)) {
		struct price_planned *p = planned_of(x, c_u64(&rows));
		struct price_sale sale = {.from_s = c_i64(&rows)};

		sale.to_s = c_i64(&rows);
		sale.minor = c_i64(&rows);
		if (p->sales == NULL)
			p->sales = ARENA_ARRAY(a, struct price_sale, PRICE_SALES_MAX);
		if (p->n_sales == PRICE_SALES_MAX)
			return err_set(e, ERR_LIMIT, "variant %llu would be in more than %d sales",
			    (unsigned long long)p->id, PRICE_SALES_MAX);
		p->sales[p->n_sales++] = sale;
	}
	return true;
}

bool
price_plan_load(
    struct db *db, struct arena *a, struct str ids, int64_t now_s, struct price_plans *x, struct err *e)
{
	struct db_rows rows;

	if (!db_select_str(db, SQL_PLAN_BASES, ids, a, &rows, e))
		return false;
	x->v = ARENA_ARRAY(a, struct price_planned, rows.n);
	for (x->n = 0; db_next(&rows); x->n++) {
		x->v[x->n].id = c_u64(&rows);
		x->v[x->n].base_minor = c_i64(&rows);
	}
	qsort(x->v, x->n, sizeof(x->v[0]), planned_order);
	return plan_steps(db, a, ids, now_s, x, e) && plan_sales(db, a, ids, now_s, x, e);
}

static bool
plan_forget(struct db *db, struct str ids, int64_t now_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PLAN_FORGET);

	q_str(q, ids);
	q_i64(q, now_s);
	return db_run(q, NULL, e);
}

static bool
plan_put_steps(struct rows_out *steps, const struct price_planned *p, int64_t now_s, struct err *e)
{
	for (size_t i = 0; i < p->line.n; i++) {
		if (p->line.v[i].since_s < now_s)
			continue;
		json_begin(&steps->rows, '[');
		json_put_i64(&steps->rows, (int64_t)p->id);
		json_put_i64(&steps->rows, p->line.v[i].since_s);
		json_put_i64(&steps->rows, p->line.v[i].minor);
		if (!rows_out_end(steps, e))
			return false;
	}
	return true;
}

static bool
plan_write(struct db *db, struct arena *a, struct price_plans *x, int64_t now_s, struct err *e)
{
	struct rows_out steps, lines;

	rows_out_init(&steps, db, SQL_SAVE_PRICES, a);
	rows_out_init(&lines, db, SQL_PLAN_LINES, a);
	for (size_t i = 0; i < x->n; i++) {
		struct price_planned *p = &x->v[i];

		price_plan(&p->line, p->base_minor, p->sales, p->n_sales, now_s);
		json_begin(&lines.rows, '[');
		json_put_i64(&lines.rows, (int64_t)p->id);
		json_put_str(&lines.rows, price_line_format(a, &p->line, now_s));
		if (!plan_put_steps(&steps, p, now_s, e) || !rows_out_end(&lines, e))
			return false;
	}
	return rows_out_send(&steps, e) && rows_out_send(&lines, e);
}

bool
price_plan_save(
    struct db *db, struct arena *a, const uint64_t *variants, size_t n, int64_t now_s, struct err *e)
{
	for (size_t i = 0; i < n; i += PRICE_BATCH) {
		struct arena_mark before = arena_mark(a);
		struct price_plans x;
		struct str ids;

		if (!json_ids(a, variants + i, n - i < PRICE_BATCH ? n - i : PRICE_BATCH, &ids, e)
		    || !price_plan_load(db, a, ids, now_s, &x, e) || !plan_forget(db, ids, now_s, e)
		    || !plan_write(db, a, &x, now_s, e))
			return false;
		arena_rewind(a, before);
	}
	return true;
}

bool
price_plan_sort(struct db *db, struct str ids, struct err *e)
{
	return db_run_str(db, SQL_PLAN_PRODUCTS, ids, e) && db_run_str(db, SQL_PLAN_LISTS, ids, e);
}

bool
price_plan_read(struct db_rows *r, int64_t base_minor, struct price_now *out, int64_t *now_s, struct err *e)
{
	struct str text = c_str_or(r, STR_NONE);
	struct price_line line;

	*now_s = c_i64_or(r, 0);
	*out = (struct price_now){.minor = base_minor};
	if (text.n == 0)
		return true;
	if (!price_line_parse(text, &line, e))
		return false;
	price_at(&line, base_minor, *now_s, out);
	return true;
}

bool
price_plan_take(struct db_rows *r, struct catalogue_variant *v, struct err *e)
{
	int64_t base_minor = c_i64_or(r, 0), recommended = c_i64_or(r, 0), now_s;
	struct price_now now;

	if (!price_plan_read(r, base_minor, &now, &now_s, e))
		return false;
	v->price_minor = now.minor;
	v->was_minor = now.was_minor;
	v->ends_s = now.ends_s;
	v->rrp_minor = recommended > now.minor ? recommended : 0;
	v->change_in_s = now.change_s != 0 ? now.change_s - now_s : 0;
	return true;
}
