/* hook_store.h - receivers of webhooks, and what waits for them in the outbox.
 *
 * A receiver has a queue of its own: its rows in the outbox have the kind hook/ID, so one that is slow, fails or is
 * paused never delays the rows of another. A paused one loses nothing: its rows wait. */
#ifndef KONTOR_STORE_HOOK_STORE_H
#define KONTOR_STORE_HOOK_STORE_H

#include "plat/text/secret.h"
#include "store/outbox_queue.h"

#define HOOK_NAME_MAX 32
#define HOOK_URL_MAX 500
#define HOOK_KIND_B 32
#define HOOK_SEALED_B (SECRET_KEY_B + SECRET_SEAL_B)
#define HOOK_TRIES_S (30 * 86400) /* a record of a try is kept so long */

/* A receiver is paused after so many failures in a row and so long without a success. */
#define HOOK_FAILURES_MAX 10
#define HOOK_FAILING_S 86400

enum hook_state { HOOK_ON, HOOK_PAUSED_BY_STAFF, HOOK_PAUSED_BY_FAILURES, HOOK_STATE__MAX };

const char *hook_state_name(enum hook_state);

/* "hook/12": the kind of its rows in the outbox. */
struct str hook_kind(uint64_t id, char kind[HOOK_KIND_B]);

/* In the caller's transaction: adds a row for each receiver that wants the event `item` of the outbox, unless it has
 * one. `topic`: of order_topic.def. */
MUST_USE bool hook_fan_out(
    struct db *, struct arena *, const struct outbox_item *, const char *topic, struct err *);

/* One whose turn it is. Texts are on the arena. */
struct hook_due {
	uint64_t id;
	struct str name, url;
	bool buyer;			     /* it gets the buyer's data */
	struct str sealed, old_sealed; /* old_sealed.p NULL: only one secret signs */
	uint64_t failures;
};

/* Takes the turns of up to `max` receivers for which something is due, those first that were served longest ago. Each
 * ends by hook_leave() or hook_end(), or after lease_s. */
MUST_USE bool hook_take(
    struct db *, struct arena *, int64_t lease_s, struct hook_due *, size_t max, size_t *n, struct err *);
MUST_USE bool hook_leave(struct db *, uint64_t id, struct err *);

/* The end of a try. */
struct hook_end {
	uint64_t hook_id, ms;
	int status;  /* of HTTP; 0: no answer */
	bool ok;
	bool gone;      /* it wants nothing any more: pause it at once */
	bool unready;   /* nothing was sent: neither a failure nor a try */
	int64_t wait_s; /* until the next */
	struct str why;
};

/* Notes a try in one transaction with the end of the row; `item` NULL: a test, which has no row. *paused: this failure
 * has paused the receiver. *kept as for outbox_finish(). */
struct hook_ended {
	bool paused, kept;
};
MUST_USE bool hook_end(struct db *, struct arena *, const struct hook_end *, const struct outbox_item *,
    const struct outbox_result *, struct hook_ended *, struct err *);

/* The number of receivers that are paused after failures. */
MUST_USE bool hook_count_paused(struct db *, struct arena *, int64_t *n, struct err *);

/* For the operator. */
struct hook {
	uint64_t id, version, failures;
	struct str name, url, topics, why;
	bool buyer;
	enum hook_state state;
	int64_t created_at, old_until, done_at, failed_at, failing_since, due_at; /* 0: none */
	struct str sealed, old_sealed;
	int64_t waiting, dead; /* rows in the outbox */
};

struct hook_list {
	struct hook *v;
	size_t n;
};
MUST_USE bool hook_list(struct db *, struct arena *, struct hook_list *, struct err *);

/* ERR_NOT_FOUND when there is none of this name. */
MUST_USE bool hook_get(struct db *, struct arena *, struct str name, struct hook *, struct err *);

/* Uses name, url, topics, buyer and `sealed`. ERR_CONFLICT: the name is in use. */
MUST_USE bool hook_add(struct db *, const struct hook *, struct err *);

/* Saves url, topics and buyer. ERR_CONFLICT: somebody has changed it since it was read. */
MUST_USE bool hook_set(struct db *, const struct hook *, struct err *);

MUST_USE bool hook_pause(struct db *, const struct hook *, struct err *);

/* Its rows that wait are due at once. */
MUST_USE bool hook_resume(struct db *, const struct hook *, struct err *);

/* A new secret. The one before signs too for old_s; 0: not at all. */
MUST_USE bool hook_rotate(struct db *, const struct hook *, struct str sealed, int64_t old_s, struct err *);

/* Drops its rows, too. */
MUST_USE bool hook_remove(struct db *, const struct hook *, struct err *);

/* Sends again: the row `id`, or, if it is 0, all rows since a time. *n: their number. */
MUST_USE bool hook_replay(struct db *, const struct hook *, uint64_t id, int64_t since_s, uint64_t *n, struct err *);

struct hook_try {
	uint64_t outbox_id, ms, version;
	int64_t at, created_at;
	int status;
	struct str why, subject; /* subject.p NULL: a test, or its row is gone */
};
MUST_USE bool hook_tries(
    struct db *, struct arena *, const struct hook *, uint64_t limit, struct hook_try **, size_t *n, struct err *);

#endif
