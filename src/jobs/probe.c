#include "jobs/job.h"

/* The breakers hear of it, whatever the answer: pages from the cache ask nobody, and would neither say that ordering is
 * paused nor notice that the database is back; nor is each server of memcached asked all the time. So no answer is no
 * failure of this job, and does not make it rarer. */
bool
job_probe(struct job_context *j, struct err *e)
{
	if (!db_ping(j->db, e))
		err_clear(e);
	cache_probe(j->cache);
	return true;
}
