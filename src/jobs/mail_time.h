/* mail_time.h - mails that no change of an order causes: reminders of unpaid orders, and those to the merchant about a
 * day, about goods that run low, and about messages that could not be delivered. Each is written once, whichever of
 * several kontor-jobs comes first. */
#ifndef KONTOR_JOBS_MAIL_TIME_H
#define KONTOR_JOBS_MAIL_TIME_H

#include "plat/conf/conf.h"
#include "plat/db/db.h"

struct mail_time {
	struct db *db;
	struct arena *a;
	const struct conf *conf;
	int64_t now_s;
};

/* Buyers who have not paid after mail.reminder_days, each once. *more: there are others. */
MUST_USE bool mail_time_remind(struct mail_time *, bool *more, struct err *);

/* The summary of yesterday, from mail.summary_h on, by the clock of this host's time zone. */
MUST_USE bool mail_time_summary(struct mail_time *, struct err *);

/* Messages that failed for good lately; MAIL_TIME_LETTERS mails a day at most. */
#define MAIL_TIME_LETTERS 20
MUST_USE bool mail_time_letters(struct mail_time *, struct err *);

/* One mail about the goods that have become low since the last one: those with at most STOCK_LOW pieces, as `kontor
 * stock low` lists them. Goods are mentioned again after they were stocked up and have become low again. Looks at a
 * stretch of the variants behind *after; *after is 0 when all were looked at. */
MUST_USE bool mail_time_low(struct mail_time *, uint64_t *after, struct err *);

#endif
