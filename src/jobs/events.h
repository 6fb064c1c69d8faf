/* events.h - turns an event of an order into the mails and webhooks that follow from it.
 *
 * The rows for all of them and the end of the event are one transaction, so each follows exactly once, whenever the
 * process dies. */
#ifndef KONTOR_JOBS_EVENTS_H
#define KONTOR_JOBS_EVENTS_H

#include "plat/conf/conf.h"
#include "shop/order_state.h"
#include "work/outbox_run.h"

#define EVENT_LEASE_S 30

struct event_run {
	struct db *db;
	struct arena *a;
	const struct conf *conf;
};

/* For outbox_run(), of rows of the kind `event`; `ctx` is a struct event_run. */
MUST_USE bool event_deliver(void *ctx, const struct outbox_item *, struct outbox_result *, struct err *);

#endif
