/* drafts.c - deletes what visitors typed in the checkout, some days after they left it. */
#include "jobs/job.h"
#include "store/order/cart_store.h"

#define DAY_S 86400

bool
job_drafts(struct job_context *j, struct err *e)
{
	uint64_t n;

	if (!cart_forget_drafts(j->db, j->now_s - j->conf->order_draft_days * DAY_S, &n, e))
		return false;
	j->more = n > 0;
	return true;
}
