/* control_store.h - the one row that holds for all hosts: ordering is paused, and the identity of this database.
 *
 * Placing an order reads the row under a share lock inside its transaction. So pausing, which changes it, waits for the
 * placements that are under way, and none is committed after it, on whichever host. The table is in no dump. */
#ifndef KONTOR_STORE_CONTROL_STORE_H
#define KONTOR_STORE_CONTROL_STORE_H

#include "plat/db/db.h"

#define SHOP_CONTROL_TABLE "shop_control"

enum { SHOP_PAUSED = 1, SHOP_RESTORING = 2 }; /* bits: by the operator, by a restore */

struct shop_control {
	uint64_t paused, identity;
};

/* ERR_NOT_FOUND when the row is missing; the database's own error when the table is. */
MUST_USE bool shop_control_read(struct db *, struct arena *, struct shop_control *, struct err *);

/* For the transaction of a placement: ERR_BUSY when ordering is paused. The share lock lasts until it ends. */
MUST_USE bool shop_control_may_place(struct db *, struct arena *, struct err *);

/* Sets a bit, after all placements that are under way: ERR_UPSTREAM when they do not end within 15 s. */
MUST_USE bool shop_control_pause(struct db *, unsigned bit, struct err *);

/* Clears bits. */
MUST_USE bool shop_control_resume(struct db *, unsigned bits, struct err *);

/* Gives the database a new identity, and tells it. */
MUST_USE bool shop_control_renew(struct db *, struct arena *, uint64_t *identity, struct err *);

#endif
