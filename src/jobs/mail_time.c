/* mail_time.c - writes mails that are due by time. */
#include "work/mail_time.h"
#include "base/clock.h"
#include "jobs/job.h"

#define RUN_NS (2 * CLOCK_S)

static struct mail_time
mail_time_of(const struct job_context *j)
{
	return (struct mail_time){.db = j->db, .a = j->a, .conf = j->conf, .now_s = j->now_s};
}

bool
job_reminders(struct job_context *j, struct err *e)
{
	struct mail_time t = mail_time_of(j);

	return mail_time_letters(&t, e) && mail_time_summary(&t, e) && mail_time_remind(&t, &j->more, e);
}

bool
job_low_stock(struct job_context *j, struct err *e)
{
	static uint64_t after; /* the rest is looked at in the next run */
	uint64_t until_ns = clock_mono_ns() + RUN_NS;
	struct mail_time t = mail_time_of(j);

	do {
		if (!mail_time_low(&t, &after, e))
			return false;
	} while (after != 0 && clock_mono_ns() < until_ns);
	j->more = after != 0;
	return true;
}
