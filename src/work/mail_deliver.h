/* mail_deliver.h - delivers a mail of the outbox: writes it, hands it to the transport, and says how that ended. */
#ifndef KONTOR_WORK_MAIL_DELIVER_H
#define KONTOR_WORK_MAIL_DELIVER_H

#include "plat/mail/mail.h"
#include "store/outbox_queue.h"
#include "work/mail_run.h"

struct mail_deliver {
	struct mail_job job;
	const struct mail_transport *transport;
};

/* For outbox_run(); the context is a struct mail_deliver. */
MUST_USE bool mail_deliver(void *ctx, const struct outbox_item *, struct outbox_result *, struct err *);

#endif
