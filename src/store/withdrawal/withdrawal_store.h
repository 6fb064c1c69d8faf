/* withdrawal_store.h - declarations of withdrawal from a contract, and the orders that they belong to.
 *
 * A declaration is written at once and as it was sent, whether an order fits or not: the law asks for no more than
 * that it was sent in time. kontor-jobs acknowledges it by mail, then looks for its order; where none fits without
 * doubt, the staff match it. Nothing of the declaration itself ever changes. */
#ifndef KONTOR_STORE_WITHDRAWAL_WITHDRAWAL_STORE_H
#define KONTOR_STORE_WITHDRAWAL_WITHDRAWAL_STORE_H

#include "plat/db/db.h"
#include "plat/text/secret.h"

/* The column `state`. */
enum withdrawal_state {
	WITHDRAWAL_NEW,          /* not acknowledged by mail yet */
	WITHDRAWAL_ACKNOWLEDGED, /* its order is not looked for yet */
	WITHDRAWAL_OPEN,         /* waits for the staff */
	WITHDRAWAL_MATCHED,
	WITHDRAWAL_REFUSED,
	WITHDRAWAL_STATE__MAX
};

const char *withdrawal_state_name(enum withdrawal_state);

#define WITHDRAWAL_JOB "kontor-jobs" /* the actor of what no person did */

#define WITHDRAWAL_NAME_MAX 200
#define WITHDRAWAL_CONTRACT_MAX 200
#define WITHDRAWAL_GOODS_MAX 2000
#define WITHDRAWAL_PIECES_MAX_B 1000

/* As its sender wrote it. */
struct withdrawal {
	struct str lang, name, email;
	struct str contract; /* the number of the order, or words for it */
	struct str goods;    /* the part of the contract that is meant, in words; empty: all of it */
	struct str pieces;   /* the same as "LINE-PIECES,...", if the order's page was its form; empty: not stated */
	int64_t at;          /* out: by the database's clock */
};

/* For the storefront. The hash is that of the secret in the receipt's address; *again: it is there already. */
MUST_USE bool withdrawal_declare(
    struct db *, const struct withdrawal *, const uint8_t hash[SECRET_HASH_B], bool *again, struct err *);
/* Without `pieces`. ERR_NOT_FOUND. */
MUST_USE bool withdrawal_receipt(
    struct db *, struct arena *, const uint8_t hash[SECRET_HASH_B], struct withdrawal *, struct err *);

/* A declaration with what was done about it. */
struct withdrawal_row {
	uint64_t id;
	struct withdrawal declared;
	struct str hash;
	enum withdrawal_state state;
	uint64_t order_id, return_id; /* 0: none */
	struct str number;            /* of the order, after withdrawal_number() */
	struct str actor, why;
	int64_t changed_at;
};
MUST_USE bool withdrawal_get(struct db *, struct arena *, uint64_t id, struct withdrawal_row *, struct err *);

/* Reads the number of the row's order, for w->number: no lock and no order is in the way of a declaration. */
MUST_USE bool withdrawal_number(struct db *, struct arena *, struct withdrawal_row *, struct err *);

/* The oldest in a state, locked: call it in a transaction. */
MUST_USE bool withdrawal_next(
    struct db *, struct arena *, enum withdrawal_state, struct withdrawal_row *, bool *found, struct err *);

/* Changes the state. ERR_CONFLICT unless the row is in row->state still. */
struct withdrawal_step {
	enum withdrawal_state to;
	uint64_t order_id, return_id; /* 0: none */
	const char *actor;
	struct str why;
};
MUST_USE bool withdrawal_set(struct db *, const struct withdrawal_row *, const struct withdrawal_step *, struct err *);

/* Declarations before `before` (0: all), the newest first; state -1: of any. */
struct withdrawal_filter {
	int state;
	uint64_t before, limit;
};
struct withdrawal_rows {
	struct withdrawal_row *v;
	size_t n;
};
MUST_USE bool withdrawal_list(
    struct db *, struct arena *, const struct withdrawal_filter *, struct withdrawal_rows *, struct err *);

/* True if kontor-jobs made the return of a declaration: its mail says all that the return's would. */
MUST_USE bool withdrawal_acknowledged(
    struct db *, struct arena *, uint64_t order_id, uint64_t return_id, bool *found, struct err *);

/* How many wait for the staff, and since when the oldest does (0: none). */
MUST_USE bool withdrawal_waiting(struct db *, struct arena *, int64_t *n, int64_t *since_s, struct err *);

/* The order with a number as typed, if its buyer gave the mail address; letter case does not count. *id 0: none. */
struct withdrawal_claim {
	struct str prefix; /* of the shop's order numbers */
	struct str number, email;
};
MUST_USE bool withdrawal_find_order(
    struct db *, struct arena *, const struct withdrawal_claim *, uint64_t *id, struct err *);

/* How many declarations came with this address within a day before it. */
MUST_USE bool withdrawal_recent(struct db *, struct arena *, const struct withdrawal_row *, int64_t *n, struct err *);

/* An earlier declaration of the same content that was matched with the order. */
MUST_USE bool withdrawal_earlier(struct db *, struct arena *, const struct withdrawal_row *, uint64_t order_id,
    struct withdrawal_row *, bool *found, struct err *);

#endif
