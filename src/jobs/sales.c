/* sales.c - sorts lists by price when a sale begins or ends. Prices themselves follow the clock. */
#include "jobs/job.h"
#include "store/price/sale_store.h"

bool
job_sales(struct job_context *j, struct err *e)
{
	static struct sale_sorting at;

	return sale_sort(j->db, j->a, &at, &j->more, e);
}
