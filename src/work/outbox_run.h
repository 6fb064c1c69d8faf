/* outbox_run.h - delivers the rows of one kind of the outbox (store/outbox_queue.h), one after another. */
#ifndef KONTOR_WORK_OUTBOX_RUN_H
#define KONTOR_WORK_OUTBOX_RUN_H

#include "store/outbox_queue.h"

struct outbox_run {
	struct db *db;
	struct arena *a; /* rewound after each row */
	const char *kind;

	/* Delivers one row, without a transaction of the caller. False: as OUTBOX_AGAIN, with the error's text; a
	 * transaction that it left open is rolled back. */
	bool (*deliver)(void *ctx, const struct outbox_item *, struct outbox_result *, struct err *);
	void *ctx;

	/* Longer than the longest deliver(). So is the deadline of the database, or the end cannot be written. */
	int64_t lease_s;
	uint64_t until_ns;  /* no row is claimed after that */
	uint64_t halted_ns; /* the caller keeps it between runs: after OUTBOX_HALT nothing is claimed before that */
};

/* Claims and delivers until no row is due, or until until_ns; *more is then true. No row stops the next: the run fails
 * only if a row cannot be claimed or ended. */
MUST_USE bool outbox_run(struct outbox_run *, bool *more, struct err *);

#endif
