/* outbox_admin.h - the outbox as the operator sees it: counted, listed, replayed, dropped, pruned.
 *
 * A kind may have a part behind a '/', such as the receiver of a webhook ("hook/7"); it belongs to the kind before. */
#ifndef KONTOR_STORE_OUTBOX_ADMIN_H
#define KONTOR_STORE_OUTBOX_ADMIN_H

#include "store/outbox_queue.h"

/* Longer than anything repeats a row. */
#define OUTBOX_KEEP_DAYS 90

struct outbox_count {
	struct str kind;
	uint64_t waiting, dead;
	int64_t oldest_s; /* age of the oldest waiting row that is not held back */
};
struct outbox_counts {
	struct outbox_count *v;
	size_t n;
};
MUST_USE bool outbox_count(struct db *, struct arena *, struct outbox_counts *, struct err *);

/* Deletes rows that ended more than OUTBOX_KEEP_DAYS ago, at most `batch` of each state and kind. */
MUST_USE bool outbox_prune(struct db *, struct arena *, uint64_t batch, bool *more, struct err *);

const char *outbox_state_name(enum outbox_state);
MUST_USE bool outbox_state_find(struct str name, enum outbox_state *);

struct outbox_look {
	uint64_t id, version, order_id;
	struct str kind, subject, payload, why;
	const uint8_t *cause; /* OUTBOX_CAUSE_B bytes, or NULL */
	enum outbox_state state;
	unsigned attempts;
	int64_t due_at, created_at, use_by, hold_until, done_at;
	bool leased, late; /* somebody delivers it now; use_by has passed */
};
struct outbox_looks {
	struct outbox_look *v;
	size_t n;
};

/* A text that is none selects all. */
struct outbox_filter {
	enum outbox_state state;
	struct str kind, why, cause; /* why: a part of it; cause: OUTBOX_CAUSE_B bytes */
};

/* The newest by due_at first. */
MUST_USE bool outbox_list(
    struct db *, struct arena *, const struct outbox_filter *, uint64_t limit, struct outbox_looks *, struct err *);
MUST_USE bool outbox_get(struct db *, struct arena *, uint64_t id, struct outbox_look *, struct err *);

/* Lets a dead or dropped row wait again, as if it had never been tried. A row past its use only if `late`; one that was
 * emptied never. *done is false if the row cannot be replayed. */
MUST_USE bool outbox_replay(struct db *, uint64_t id, bool late, bool *done, struct err *);

/* Ends a waiting or dead row unsent. *done is false if it is neither, or if somebody delivers it now. */
MUST_USE bool outbox_drop(struct db *, uint64_t id, const char *actor, bool *done, struct err *);

#endif
