/* outbox_store.h - the outbox: effects of a change outside the database, written in the change's own transaction and
 * delivered by kontor-jobs at least once. */
#ifndef KONTOR_STORE_OUTBOX_STORE_H
#define KONTOR_STORE_OUTBOX_STORE_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"

/* kind "mail": a message about `subject` is to be sent. Unique by kind, subject and version: ERR_CONFLICT when it is
 * there already. */
struct outbox_row {
	struct str kind, subject, payload;
	uint64_t version;
	int64_t now_s;
};
MUST_USE bool outbox_put(struct db *, const struct outbox_row *, struct err *);

enum outbox_subject {
#define SUBJECT(name, keys, help) OUTBOX_##name,
#include "store/outbox.def"
	OUTBOX__MAX
};

const char *outbox_subject_name(enum outbox_subject);

/* Call it inside the transaction that makes cached values stale. `id` and `version` together are used once. The writer
 * also forgets the values himself, after the COMMIT. */
MUST_USE bool outbox_stale(
    struct db *, enum outbox_subject, struct str id, uint64_t version, int64_t now_s, struct err *);

/* Forgets cached values. */
struct outbox_forget {
	struct db *db;
	struct cache *cache;
	struct arena *a;
	const struct conf *conf;
	bool done; /* out: memcached has confirmed all so far */
};

/* Forgets the values that the subject "NAME/ID" makes stale. *known is false if outbox.def does not have the name, or
 * if the ID is invalid. */
MUST_USE bool outbox_forget(struct outbox_forget *, struct str subject, bool *known, struct err *);

/* Forgets only the aggregates of a subject. */
void outbox_forget_aggregates(struct outbox_forget *, enum outbox_subject);

/* The id of the one value that an aggregate has in each language. */
#define OUTBOX_AGGREGATE_ID STR("all")

/* The functions of outbox.def: each forgets the values of a subject's own. ERR_INPUT for an invalid id. */
#define OUTBOX_KEYS(name) MUST_USE bool outbox_forget_##name(struct outbox_forget *, struct str id, struct err *);
#define OUTBOX_NONE(name)
#define SUBJECT(name, keys, help) OUTBOX_##keys(name)
#include "store/outbox.def"
#undef OUTBOX_KEYS
#undef OUTBOX_NONE

#endif
