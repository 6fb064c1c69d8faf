/* outbox_queue.h - rows of the outbox on their way out.
 *
 * A row is claimed under a lease, delivered without a transaction, and ended. A process that dies in between keeps the
 * row until the lease ends; then it is claimed again. So a row is delivered at least once, and twice only if the
 * process died after it had delivered it and before it could end it. All times are the database's. */
#ifndef KONTOR_STORE_OUTBOX_QUEUE_H
#define KONTOR_STORE_OUTBOX_QUEUE_H

#include "plat/db/db.h"
#include "store/outbox_store.h"

/* The column `state`. DROPPED: of no use any more, such as a mail that came too late. */
enum outbox_state { OUTBOX_WAITING, OUTBOX_OVER, OUTBOX_DEAD, OUTBOX_DROPPED, OUTBOX_STATE__MAX };

/* Attempts until a row is dead: those of three days. */
#define OUTBOX_ATTEMPTS_MAX 75

/* The rest of a kind after OUTBOX_HALT. */
#define OUTBOX_HALT_S 60

enum outbox_end {
	OUTBOX_DONE,  /* delivered */
	OUTBOX_AGAIN, /* failed: again after the back-off; dead after OUTBOX_ATTEMPTS_MAX attempts */
	OUTBOX_NEVER, /* failed for good: dead at once */
	OUTBOX_DROP,  /* of no use any more */
	OUTBOX_LATER, /* not tried, as it is held back: again after wait_s; no attempt is counted */
	OUTBOX_HALT,  /* the configuration is wrong: as LATER, and no other row of the kind is tried for a minute */
};

/* A claimed row. Texts are on the arena of the claim. */
struct outbox_item {
	uint64_t id, version, order_id;
	struct str subject, payload;
	const uint8_t *cause; /* OUTBOX_CAUSE_B bytes, or NULL */
	unsigned attempts;    /* this one included */
	int64_t created_at, use_by;
	bool late; /* use_by has passed */
	uint64_t lease;
};

struct outbox_result {
	enum outbox_end end;
	int64_t wait_s; /* AGAIN, LATER: at least so long, as the other side asked for; 0: no wish */
	char why[256];	/* its answer; cut to what the column holds */
	bool ended;	/* deliver() has called outbox_finish() itself, in a transaction of its own */
};

/* The seconds between an attempt and the next: 1, 5, 15, 60 minutes, then hourly, each up to a quarter more or less by
 * `random`, so that rows which failed together do not come back together. */
int64_t outbox_back_off_s(unsigned attempts, uint64_t random);

/* Claims the row of the kind that has been due longest. A row that was claimed before without an end, by a process that
 * died, has longer leases with each attempt. */
MUST_USE bool outbox_claim(
    struct db *, struct arena *, struct str kind, int64_t lease_s, struct outbox_item *, bool *found, struct err *);

/* Ends a claim. Nothing happens to a row whose lease has ended and that somebody else has claimed: *kept is then
 * false. */
MUST_USE bool outbox_finish(
    struct db *, const struct outbox_item *, const struct outbox_result *, bool *kept, struct err *);

#endif
