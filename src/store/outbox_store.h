/* outbox_store.h - what must leave the shop because of a change: written in the change's own transaction, delivered by
 * kontor-jobs at least once. */
#ifndef KONTOR_STORE_OUTBOX_STORE_H
#define KONTOR_STORE_OUTBOX_STORE_H

#include "plat/db/db.h"

/* kind "cache": the cached values of `subject` are stale; "mail": a message about `subject` is to be sent. Unique by
 * kind, subject and version: ERR_CONFLICT when it is there already. */
struct outbox_row {
	struct str kind, subject, payload;
	uint64_t version;
	int64_t now_s;
};
MUST_USE bool outbox_put(struct db *, const struct outbox_row *, struct err *);

/* Call it inside the transaction that changes what pages show of a product: raises its version and puts
 * "product/ID" into the outbox. The caller also forgets the cached values himself, after his COMMIT. */
MUST_USE bool catalogue_changed(struct db *, uint64_t product_id, int64_t now_s, struct err *);

/* The same for many products: `ids` is a list as json_ids() writes it. */
MUST_USE bool catalogue_all_changed(struct db *, struct str ids, int64_t now_s, struct err *);

#endif
