#include "jobs/job.h"
#include "store/control_store.h"

/* A database that is down is the business of job_probe(). */
static bool
unless_down(const struct job_context *j, struct err *e)
{
	if (e->kind != ERR_UPSTREAM || !breaker_is_open(j->ctl, BREAKER_DB))
		return false;
	err_clear(e);
	return true;
}

/* Brings what holds for all hosts to this host's pages, and a pause that was said while the database was down to all
 * hosts. */
bool
job_pause(struct job_context *j, struct err *e)
{
	struct shop_control c;

	if (control_pause_due(j->ctl)) {
		if (!shop_control_pause(j->db, SHOP_PAUSED, e))
			return unless_down(j, e);
		control_set_shop_paused(j->ctl, true);
		control_pause_written(j->ctl);
		log_put(LOG_WARN, "event=paused msg=\"ordering is paused on all hosts, as was said to this one\"");
	}
	if (!shop_control_read(j->db, j->a, &c, e))
		return unless_down(j, e);
	control_set_shop_paused(j->ctl, c.paused != 0);
	control_set_identity(j->ctl, c.identity);
	return true;
}
