/* cache_deletes.c - repeats the cache deletes in the outbox: the writer's own may not have reached memcached. A row
 * that memcached does not confirm is tried again after a second; the others go on. */
#include "jobs/job.h"
#include "store/outbox_store.h"
#include "store/sql.h"

#define BATCH 100
#define REPEAT_S 1

static bool
delete_one(struct job_context *j, struct db_rows *row, struct err *e)
{
	struct outbox_forget x = {.db = j->db, .cache = j->cache, .a = j->a, .conf = j->conf, .done = true};
	uint64_t id = c_u64(row);
	struct str subject = c_str(row);
	struct db_query *q;
	bool known;

	if (!outbox_forget(&x, subject, &known, e))
		return false;
	if (!known)
		log_put(LOG_ERROR, "event=outbox_unknown id=%llu subject=\"%.*s\"", (unsigned long long)id,
		    STR_ARG(subject));
	q = db_query(j->db, x.done ? SQL_OUTBOX_DELETE : SQL_OUTBOX_REPEAT);
	if (!x.done)
		q_i64(q, REPEAT_S);
	q_u64(q, id);
	return db_run(q, NULL, e);
}

static bool
delete_batch(struct db *db, void *arg, struct err *e)
{
	struct job_context *j = arg;
	struct db_query *q = db_query(db, SQL_OUTBOX_DELETES);
	struct db_rows rows;
	size_t n = 0;

	q_u64(q, BATCH);
	if (!db_select(q, j->a, &rows, e))
		return false;
	for (; db_next(&rows); n++)
		if (!delete_one(j, &rows, e))
			return false;
	j->more = n == BATCH;
	return true;
}

bool
job_cache_deletes(struct job_context *j, struct err *e)
{
	return db_tx(j->db, delete_batch, j, e);
}
