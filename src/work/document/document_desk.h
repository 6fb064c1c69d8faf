/* document_desk.h - documents for kontor-jobs: issued with the event that makes them due, before its mails are
 * written, so that a mail can name the invoice. A failure does not hold the event back: a row of the outbox, of the
 * kind `document`, tries again. */
#ifndef KONTOR_WORK_DOCUMENT_DOCUMENT_DESK_H
#define KONTOR_WORK_DOCUMENT_DOCUMENT_DESK_H

#include "store/outbox_queue.h"
#include "work/document/document_issue.h"

#define DOCUMENT_LEASE_S 60

struct document_desk {
	struct db *db;
	struct arena *a;
	const struct conf *conf;
};

/* Issues what is due of the order; *later: it failed, and must be tried again. */
MUST_USE bool documents_try(const struct document_desk *, uint64_t order_id, bool *later, struct err *);

/* Puts the row that tries again, in the transaction of the event. */
MUST_USE bool documents_put(struct db *, struct arena *, const struct outbox_item *event, struct err *);

/* For outbox_run(), of rows of the kind `document`; `ctx` is a struct document_desk. */
MUST_USE bool documents_deliver(void *ctx, const struct outbox_item *, struct outbox_result *, struct err *);

#endif
