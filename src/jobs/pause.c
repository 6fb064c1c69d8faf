#include "jobs/job.h"
#include "store/control_store.h"

/* Ignores an outage of the database: job_probe() deals with it. */
static bool
unless_down(const struct job_context *j, struct err *e)
{
	if (e->kind != ERR_UPSTREAM || !breaker_is_open(j->ctl, BREAKER_DB))
		return false;
	err_clear(e);
	return true;
}

/* Copies the pause of all hosts from the database to this host. If the pause was set on this host during an outage of
 * the database, writes it into the database first. */
bool
job_pause(struct job_context *j, struct err *e)
{
	struct shop_control c;

	if (control_pause_due(j->ctl) && !shop_control_pause(j->db, SHOP_PAUSED, j->ctl, e)) {
		if (e->kind != ERR_CONFLICT)
			return unless_down(j, e);
		err_clear(e);
	} else if (control_pause_due(j->ctl)) {
		control_set_shop_paused(j->ctl, CONTROL_PAUSED);
		control_pause_written(j->ctl);
		log_put(LOG_WARN, "event=paused msg=\"ordering is paused on all hosts, as requested on this one\"");
	}
	if (!shop_control_read(j->db, j->a, &c, e))
		return unless_down(j, e);
	control_set_shop_paused(
	    j->ctl, (c.paused != 0 ? CONTROL_PAUSED : 0) + (c.read_only ? CONTROL_READ_ONLY : 0));
	control_set_identity(j->ctl, c.identity);
	return true;
}
