/* refund_store.h - the refunds that their provider has still to pay, claimed one by one. */
#ifndef KONTOR_STORE_ORDER_REFUND_STORE_H
#define KONTOR_STORE_ORDER_REFUND_STORE_H

#include "base/money.h"
#include "plat/db/db.h"

struct refund_due {
	uint64_t id, order_id;
	struct str key; /* ORDER_KEY_B bytes: of the action that asked for it */
	struct str number, provider;
	struct money amount;
	uint8_t state; /* ORDER_REFUND_ASKED or ORDER_REFUND_UNKNOWN */
	uint64_t tries; /* with this one */
	struct str payment; /* that it goes back from: the provider's reference; none: none has so much left */
};

/* Claims the refund that has been due longest: it is due again after a minute, then after twice the time before, up to
 * six hours. Any number of processes may do it at once. On the first try the payment is chosen: the oldest of the
 * provider with so much left. */
MUST_USE bool refund_claim(struct db *, struct arena *, struct refund_due *, bool *found, struct err *);

/* Leaves the refund to a person, who pays it by hand and settles it. */
MUST_USE bool refund_rest(struct db *, uint64_t id, struct err *);

#endif
