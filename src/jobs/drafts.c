/* drafts.c - deletes what is kept of visitors for a time only: the input in the checkout, and the clients of orders
 * that have no time to pay. */
#include "jobs/job.h"
#include "store/order/cart_store.h"
#include "store/order/order_store.h"

#define DAY_S 86400
#define HOUR_S 3600

bool
job_drafts(struct job_context *j, struct err *e)
{
	uint64_t n, clients;

	if (!cart_forget_drafts(j->db, j->now_s - j->conf->order_draft_days * DAY_S, &n, e)
	    || !order_forget_clients(j->db, j->now_s - j->conf->order_unpaid_expiry_h * HOUR_S, &clients, e))
		return false;
	stats_add(j->st, STAT_drafts_deleted, n);
	j->more = n > 0 || clients > 0;
	return true;
}
