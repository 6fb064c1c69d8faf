#include "base/clock.h"
#include "jobs/job.h"
#include "store/control_store.h"

#define BEAT_NS (5 * CLOCK_S)

/* Ignores an outage of the database: job_probe() deals with it. */
static bool
unless_down(const struct job_context *j, struct err *e)
{
	if (e->kind != ERR_UPSTREAM || !breaker_is_open(j->ctl, BREAKER_DB))
		return false;
	err_clear(e);
	return true;
}

/* An older copy of the data, such as a dump loaded by hand, gets a new identity, so that no value in memcached or in a
 * worker is from a later time than the data. */
static bool
renew_older(struct job_context *j, struct shop_control *c, uint64_t known_beat, struct err *e)
{
	if (c->beat >= known_beat)
		return true;
	if (!shop_control_renew(j->db, j->a, &c->identity, e))
		return false;
	control_epoch_raise(j->ctl);
	log_put(LOG_ERROR,
	    "event=database_older beat=%llu known=%llu msg=\"the database is an older copy: its identity was renewed, "
	    "so that nothing cached is used; see kontor receipts compare\"",
	    (unsigned long long)c->beat, (unsigned long long)known_beat);
	return true;
}

/* The beat known before the row was read: it only rises. */
static bool
keep_beat(struct job_context *j, struct shop_control *c, uint64_t known_identity, uint64_t known_beat, struct err *e)
{
	static uint64_t due_ns;

	if (c->beat == 0) /* a dump is being loaded */
		return true;
	if (c->identity == known_identity && !renew_older(j, c, known_beat, e))
		return false;
	control_set_beat(j->ctl, c->identity, c->beat);
	if (clock_mono_ns() < due_ns || c->read_only)
		return true;
	due_ns = clock_mono_ns() + BEAT_NS;
	if (!shop_control_beat(j->db, e))
		return false;
	control_set_beat(j->ctl, c->identity, c->beat + 1);
	return true;
}

/* Copies the pause of all hosts from the database to this host. If the pause was set on this host during an outage of
 * the database, writes it into the database first. */
bool
job_pause(struct job_context *j, struct err *e)
{
	uint64_t identity = control_identity(j->ctl), beat = control_beat(j->ctl, identity);
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
	control_set_shop_paused(j->ctl, (c.paused != 0 ? CONTROL_PAUSED : 0) + (c.read_only ? CONTROL_READ_ONLY : 0));
	if (c.paused & SHOP_OLDER)
		control_set_older(j->ctl, c.identity); /* found by another host */
	else if (control_older(j->ctl, c.identity) && !shop_control_pause_older(j->db, c.identity, e))
		return unless_down(j, e);
	if (!keep_beat(j, &c, identity, beat, e))
		return unless_down(j, e);
	control_set_identity(j->ctl, c.identity);
	return true;
}
