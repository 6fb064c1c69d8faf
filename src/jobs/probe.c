#include "jobs/job.h"

/* Updates the breakers. Pages served from the cache use neither the database nor every memcached server, so without the
 * probe they would not show that ordering is paused, nor notice a recovery. A failed probe is not a failure of this
 * job: back-off must not delay the next one. */
bool
job_probe(struct job_context *j, struct err *e)
{
	if (!db_ping(j->db, e))
		err_clear(e);
	cache_probe(j->cache);
	return true;
}
