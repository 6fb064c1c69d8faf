/* events.c - turns events of orders into the mails and webhooks that follow. */
#include "base/clock.h"
#include "jobs/job.h"
#include "store/mail/mail_store.h"
#include "work/event_run.h"

#define RUN_NS (2 * CLOCK_S)

bool
job_events(struct job_context *j, struct err *e)
{
	struct event_run events = {.db = j->db, .a = j->a, .conf = j->conf};
	struct outbox_run run = {.db = j->db,
	    .a = j->a,
	    .kind = "event",
	    .deliver = event_deliver,
	    .ctx = &events,
	    .lease_s = EVENT_LEASE_S,
	    .until_ns = clock_mono_ns() + RUN_NS};
	uint64_t adopted;

	return mail_adopt(j->db, &adopted, e) && outbox_run(&run, &j->more, e);
}
