/* control_store.h - the one row shared by all hosts: the pause of ordering, and the identity of the database.
 *
 * Placing an order reads the row under a share lock inside its transaction. Pausing updates the row, so it waits for
 * all orders being placed, on every host, and no order is committed after it. Dumps do not contain the table.
 *
 * A second row, shop_beat, is in every dump. Its beat rises every few seconds: a beat lower than before means that the
 * data are an older copy. Times that decide are those of the database's clock. */
#ifndef KONTOR_STORE_CONTROL_STORE_H
#define KONTOR_STORE_CONTROL_STORE_H

#include "plat/control/control.h"
#include "plat/db/db.h"

#define SHOP_CONTROL_TABLE "shop_control"

/* Bits: paused by the operator, by a restore, since the database is older than what was acknowledged. */
enum { SHOP_PAUSED = 1, SHOP_RESTORING = 2, SHOP_OLDER = 4 };

struct shop_control {
	uint64_t paused, identity;
	bool read_only; /* the server accepts no changes */
	uint64_t beat;	/* 0: unknown */
	int64_t now_s;	/* the database's clock */
};

/* ERR_NOT_FOUND when the row is missing; the database's error when the table is missing. */
MUST_USE bool shop_control_read(struct db *, struct arena *, struct shop_control *, struct err *);

/* The same without the beat, for a database that may have no other table. */
MUST_USE bool shop_control_read_alone(struct db *, struct arena *, struct shop_control *, struct err *);

/* Takes the share lock, inside the transaction that places an order. ERR_BUSY when ordering is paused. */
MUST_USE bool shop_control_may_place(struct db *, struct arena *, struct shop_control *, struct err *);

/* Sets a bit, after waiting for all orders being placed. Fails when they take longer than 12 s.
 * `due`: only while that host's pause is due, else ERR_CONFLICT; NULL: always. */
MUST_USE bool shop_control_pause(struct db *, unsigned bit, const struct control *due, struct err *);

/* Sets SHOP_OLDER likewise, but only while the database has the identity: the loss may have been closed meanwhile. */
MUST_USE bool shop_control_pause_older(struct db *, uint64_t identity, struct err *);

/* Clears bits. */
MUST_USE bool shop_control_resume(struct db *, unsigned bits, struct err *);

/* Gives the database a new identity and returns it. shop_control_close_loss() clears SHOP_OLDER at the same moment, so
 * that no host takes the bit for one of the new identity. */
MUST_USE bool shop_control_renew(struct db *, struct arena *, uint64_t *identity, struct err *);
MUST_USE bool shop_control_close_loss(struct db *, struct arena *, uint64_t *identity, struct err *);

/* The time of the database's clock. */
MUST_USE bool shop_control_clock(struct db *, struct arena *, int64_t *now_s, struct err *);

/* Raises the beat. */
MUST_USE bool shop_control_beat(struct db *, struct err *);

/* Unpaid orders may expire that were due at `expired_s`; the database's clock shows `now_s`. ERR_NOT_FOUND when the row
 * is missing. */
struct shop_expiry {
	int64_t expired_s, now_s;
};
MUST_USE bool shop_expiry_read(struct db *, struct arena *, struct shop_expiry *, struct err *);
MUST_USE bool shop_expiry_set(struct db *, int64_t expired_s, struct err *);

/* Makes `code` the currency of the prices, if there are none or the database does not name theirs (store/sql.h). */
MUST_USE bool shop_currency_claim(struct db *, struct str code, struct err *);

#endif
