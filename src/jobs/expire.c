/* expire.c - expires orders that were not paid in time. */
#include "jobs/job.h"
#include "store/order/order_store.h"

#define BATCH 50

bool
job_expire(struct job_context *j, struct err *e)
{
	unsigned n;

	if (!order_expire(j->db, j->a, j->now_s, BATCH, &n, e))
		return false;
	if (n > 0)
		log_put(LOG_INFO, "event=orders_expired n=%u", n);
	j->more = n == BATCH;
	return true;
}
