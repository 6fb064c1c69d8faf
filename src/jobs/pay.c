/* pay.c - asks the providers of payments for the refunds that are due. */
#include "jobs/job.h"
#include "work/refund_run.h"

#define LIMIT_MS 2000 /* of one exchange; the other jobs wait meanwhile */

bool
job_pay(struct job_context *j, struct err *e)
{
	struct refund_run run = {.db = j->db, .cache = j->cache, .conf = j->conf, .st = j->st, .a = j->a,
	    .limit_ms = LIMIT_MS};

	return refund_run(&run, &j->more, e);
}
