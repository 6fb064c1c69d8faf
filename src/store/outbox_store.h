/* outbox_store.h - the outbox: external effects of a change (mail, webhooks, cache deletes). They are written in the
 * transaction of the change and delivered by kontor-jobs at least once (outbox_queue.h). */
#ifndef KONTOR_STORE_OUTBOX_STORE_H
#define KONTOR_STORE_OUTBOX_STORE_H

#include "plat/cache/cache.h"
#include "plat/conf/conf.h"
#include "plat/db/db.h"

#define OUTBOX_CAUSE_B 16

/* Unique by kind, subject and version: ERR_CONFLICT when such a row exists. What is not set has no effect. A storefront
 * worker puts only cache deletes and the event of the order that it places, to be used at once. */
struct outbox_row {
	struct str kind, subject, payload;
	uint64_t version;
	int64_t now_s;
	int64_t use_by_s;     /* not delivered after that */
	int64_t hold_until_s; /* not delivered before that */
	uint64_t order_id;
	const uint8_t *cause; /* OUTBOX_CAUSE_B bytes: key of the action */
};
MUST_USE bool outbox_put(struct db *, const struct outbox_row *, struct err *);

enum outbox_subject {
#define SUBJECT(name, keys, help) OUTBOX_##name,
#include "store/outbox.def"
	OUTBOX__MAX
};

const char *outbox_subject_name(enum outbox_subject);

/* Call it inside the transaction that makes cached values stale. Use each pair of `id` and `version` once. After the
 * COMMIT, the caller also deletes the values itself. */
MUST_USE bool outbox_stale(
    struct db *, enum outbox_subject, struct str id, uint64_t version, int64_t now_s, struct err *);

/* Deletes cached values. */
struct outbox_forget {
	struct db *db;
	struct cache *cache;
	struct arena *a;
	const struct conf *conf;
	bool done; /* out: memcached has confirmed all deletions so far */
};

/* Deletes the cached values of the subject "NAME/ID". *known is false if NAME is not in outbox.def or ID is invalid. */
MUST_USE bool outbox_forget(struct outbox_forget *, struct str subject, bool *known, struct err *);

/* Deletes only the aggregates of a subject. */
void outbox_forget_aggregates(struct outbox_forget *, enum outbox_subject);

/* The id of an aggregate, which has one value in each language. */
#define OUTBOX_AGGREGATE_ID STR("all")

/* The functions of outbox.def. Each deletes the subject's own values. ERR_INPUT for an invalid id. */
#define OUTBOX_KEYS(name) MUST_USE bool outbox_forget_##name(struct outbox_forget *, struct str id, struct err *);
#define OUTBOX_NONE(name)
#define SUBJECT(name, keys, help) OUTBOX_##keys(name)
#include "store/outbox.def"
#undef OUTBOX_KEYS
#undef OUTBOX_NONE

#endif
