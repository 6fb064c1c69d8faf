/* order_words.c - adds words and country to new orders, and to those whose address was changed, so that the shop's
 * staff find them. */
#include "store/order/order_words.h"
#include "jobs/job.h"

#define BATCH 500

bool
job_order_words(struct job_context *j, struct err *e)
{
	unsigned n;

	if (!order_words_fill(j->db, j->a, BATCH, &n, e))
		return false;
	j->more = n == BATCH;
	return true;
}
