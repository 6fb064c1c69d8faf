/* visitors.c - deletes the carts and sessions that nobody has used for long, a batch at a time. */
#include "jobs/job.h"
#include "store/customer/session_store.h"

#define DAY_S 86400

bool
job_visitors(struct job_context *j, struct err *e)
{
	const struct session_age age = {.now_s = j->now_s,
	    .cart_s = j->conf->order_cart_days * DAY_S,
	    .session_s = j->conf->order_session_days * DAY_S};
	struct session_deleted n;

	if (!session_delete_old(j->db, &age, &n, e))
		return false;
	stats_add(j->st, STAT_carts_deleted, n.carts);
	stats_add(j->st, STAT_sessions_deleted, n.sessions);
	j->more = n.more;
	return true;
}
