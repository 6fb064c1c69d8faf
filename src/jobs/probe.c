#include "jobs/job.h"

/* Updates the breakers. Pages served from the cache use neither the database nor every memcached server, so without
 * this job they would not show that ordering is paused, nor notice a recovery. The job never fails: back-off must not
 * delay the next probe. */
bool
job_probe(struct job_context *j, struct err *e)
{
	if (!db_ping(j->db, e))
		err_clear(e);
	cache_probe(j->cache);
	return true;
}
