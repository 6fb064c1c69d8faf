/* mail_time_store.h - finds what a mail is due about, though nothing has changed (jobs/mail_time.h). */
#ifndef KONTOR_STORE_MAIL_MAIL_TIME_STORE_H
#define KONTOR_STORE_MAIL_MAIL_TIME_STORE_H

#include "plat/db/db.h"

/* Orders that wait for money, were placed between `before_s` and `after_s` ago, and of which no reminder was written.
 */
struct mail_due_when {
	int64_t after_s, before_s;
	uint64_t most;
};
struct mail_unpaid {
	uint64_t order_id;
	struct str lang;
};
struct mail_unpaid_list {
	struct mail_unpaid *v;
	size_t n;
};
MUST_USE bool mail_find_unpaid(
    struct db *, struct arena *, const struct mail_due_when *, struct mail_unpaid_list *, struct err *);

/* Rows of the outbox that failed for good in the last days, and of which no mail was written: at most `most`, and none
 * if `a_day` such mails were written in the last 24 hours. */
struct mail_dead {
	uint64_t id, died_at;
};
struct mail_dead_list {
	struct mail_dead *v;
	size_t n;
};
MUST_USE bool mail_find_dead(
    struct db *, struct arena *, uint64_t a_day, uint64_t most, struct mail_dead_list *, struct err *);

/* Finds tracked variants with at most `pieces` on hand that were not noted as low, and notes them; forgets those that
 * have more again. Looks at some thousand variants behind `after`; low.next is 0 at the end. Inside a transaction. */
struct stock_low_list {
	uint64_t *v;
	size_t n;
	uint64_t next;
};
MUST_USE bool stock_low_take(
    struct db *, struct arena *, int64_t pieces, uint64_t after, struct stock_low_list *, struct err *);

#endif
