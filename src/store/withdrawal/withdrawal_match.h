/* withdrawal_match.h - a declaration becomes what it means for its order: pieces that were sent are announced as a
 * return of the kind withdrawal, and pieces that were not are cancelled. */
#ifndef KONTOR_STORE_WITHDRAWAL_WITHDRAWAL_MATCH_H
#define KONTOR_STORE_WITHDRAWAL_WITHDRAWAL_MATCH_H

#include "store/order/order_change.h"
#include "store/withdrawal/withdrawal_store.h"

struct withdrawal_match {
	uint64_t order_id;
	struct order_pieces pieces; /* all: those that the declaration states, else all of the order */
	const char *actor;
	bool sent_only; /* ERR_CONFLICT when pieces would have to be cancelled */
	bool dry_run;
};

struct withdrawal_matched {
	uint64_t return_id;                     /* 0: nothing was sent */
	int64_t returns, cancels;               /* pieces */
	bool again;                             /* the same was declared before; the two now share one return */
	struct order_done cancelled, announced; /* for cached pages; zero: not done */
};

/* Also writes the state of the declaration, which must be NEW to OPEN. ERR_CONFLICT: the order has no such pieces to
 * withdraw from, or its states refuse. What is done twice with the same pieces is done once. */
MUST_USE bool withdrawal_match(struct db *, struct arena *, const struct withdrawal_row *,
    const struct withdrawal_match *, struct withdrawal_matched *, struct err *);

#endif
