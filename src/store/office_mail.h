/* office_mail.h - facts for mails that the order itself does not tell, and those for the merchant. */
#ifndef KONTOR_STORE_OFFICE_MAIL_H
#define KONTOR_STORE_OFFICE_MAIL_H

#include "plat/db/db.h"

/* A span of time in numbers, and how many wait now. Amounts are in minor units of the shop's currency. Payments,
 * refunds and parcels are looked for among the latest 100,000 of each, so that the cost is bounded. */
struct office_day {
	int64_t orders, total_minor, paid_minor, refunded_minor, parcels;
	int64_t unpaid, to_pack, dead;
};
MUST_USE bool office_day_get(
    struct db *, struct arena *, int64_t from_s, int64_t until_s, struct office_day *, struct err *);

/* The lines of an order that are downloads. An order with any was placed with consent to their early delivery. */
MUST_USE bool office_downloads(struct db *, struct arena *, uint64_t order_id, int64_t *n, struct err *);

/* A row of the outbox that failed. ERR_NOT_FOUND. */
struct office_letter {
	struct str kind, subject, why, number; /* number: of its order, or empty */
	int64_t attempts, created_at;
};
MUST_USE bool office_letter_get(struct db *, struct arena *, uint64_t id, struct office_letter *, struct err *);

#endif
