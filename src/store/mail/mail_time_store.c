#include "store/mail/mail_time_store.h"

#include "plat/text/json.h"
#include "store/sql.h"

bool
mail_find_unpaid(
    struct db *db, struct arena *a, const struct mail_due_when *when, struct mail_unpaid_list *list, struct err *e)
{
	struct db_query *q = db_query(db, SQL_MAIL_UNPAID);
	struct db_rows rows;

	q_i64(q, when->after_s);
	q_i64(q, when->before_s);
	q_u64(q, when->most);
	if (!db_select(q, a, &rows, e))
		return false;
	*list = (struct mail_unpaid_list){.v = ARENA_ARRAY(a, struct mail_unpaid, rows.n + 1)};
	while (db_next(&rows)) {
		list->v[list->n].order_id = c_u64(&rows);
		list->v[list->n++].lang = c_str(&rows);
	}
	return true;
}

bool
mail_find_dead(
    struct db *db, struct arena *a, uint64_t a_day, uint64_t most, struct mail_dead_list *list, struct err *e)
{
	struct db_query *q = db_query(db, SQL_MAIL_DEAD);
	struct db_rows rows;

	q_u64(q, a_day);
	q_u64(q, most);
	if (!db_select(q, a, &rows, e))
		return false;
	*list = (struct mail_dead_list){.v = ARENA_ARRAY(a, struct mail_dead, rows.n + 1)};
	while (db_next(&rows)) {
		list->v[list->n].id = c_u64(&rows);
		list->v[list->n++].died_at = (uint64_t)c_i64(&rows);
	}
	return true;
}

bool
stock_low_take(
    struct db *db, struct arena *a, int64_t pieces, uint64_t after, struct stock_low_list *low, struct err *e)
{
	struct db_query *q = db_query(db, SQL_STOCK_LOW_OVER);
	struct db_rows rows;
	struct str ids;

	*low = (struct stock_low_list){.n = 0};
	q_i64(q, pieces);
	if (!db_run(q, NULL, e) || !db_select_u64(db, SQL_STOCK_STRETCH, after, a, &rows, e) || !db_next(&rows))
		return e->kind == ERR_NONE;
	low->next = c_u64_or(&rows, 0);
	if (low->next == 0)
		return true;
	q = db_query(db, SQL_STOCK_LOW_NEW);
	q_u64(q, after);
	q_u64(q, low->next);
	q_i64(q, pieces);
	if (!db_select(q, a, &rows, e))
		return false;
	low->v = ARENA_ARRAY(a, uint64_t, rows.n + 1);
	while (db_next(&rows))
		low->v[low->n++] = c_u64(&rows);
	return low->n == 0 || (json_ids(a, low->v, low->n, &ids, e) && db_run_str(db, SQL_STOCK_LOW_NOTE, ids, e));
}
