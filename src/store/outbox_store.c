#include "store/outbox_store.h"

#include <stdio.h>

#include "store/sql.h"

bool
outbox_put(struct db *db, const struct outbox_row *row, struct err *e)
{
	struct db_query *q = db_query(db, SQL_OUTBOX_PUT);

	q_str(q, row->kind);
	q_str(q, row->subject);
	q_u64(q, row->version);
	q_str(q, row->payload);
	q_i64(q, row->now_s);
	q_i64(q, row->now_s);
	return db_run(q, NULL, e);
}

bool
catalogue_changed(struct db *db, uint64_t product_id, int64_t now_s, struct err *e)
{
	struct db_query *q = db_query(db, SQL_PRODUCT_CHANGED);
	char subject[40];
	uint64_t n;

	q_u64(q, product_id);
	if (!db_run(q, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_BUG, "there is no product %llu", (unsigned long long)product_id);
	snprintf(subject, sizeof(subject), "product/%llu", (unsigned long long)product_id);
	return outbox_put(db,
	    &(struct outbox_row){
		.kind = STR("cache"), .subject = str_z(subject), .version = db_last_id(db), .now_s = now_s},
	    e);
}

bool
catalogue_all_changed(struct db *db, struct str ids, int64_t now_s, struct err *e)
{
	struct db_query *q;

	if (!db_run_str(db, SQL_PRODUCTS_CHANGED, ids, e))
		return false;
	q = db_query(db, SQL_PRODUCTS_NOTED);
	q_i64(q, now_s);
	q_i64(q, now_s);
	q_str(q, ids);
	return db_run(q, NULL, e);
}
