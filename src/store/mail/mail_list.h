/* mail_list.h - the mails of the outbox, for the staff: listed, looked at, sent again. */
#ifndef KONTOR_STORE_MAIL_MAIL_LIST_H
#define KONTOR_STORE_MAIL_MAIL_LIST_H

#include "store/outbox_queue.h"

struct mail_look {
	uint64_t id, version, order_id;
	struct str subject, payload; /* no payload: it was erased */
	enum outbox_state state;
	unsigned attempts;
	int64_t due_at, created_at, done_at;
	struct str why;     /* the last answer */
	struct str number;  /* of the order; none: of no order */
	struct str address; /* of the order's buyer; none for the shop's own mail */
	struct str lang;
	struct str by;      /* who had it sent again; none: nobody */
	struct str bounced; /* status of its bounce, "5.1.1"; none: it did not come back */
	bool merchant;
};

struct mail_looks {
	struct mail_look *v;
	size_t n;
};

/* The mails to list, the newest first. */
struct mail_filter {
	int64_t state;    /* enum outbox_state; -1: any */
	struct str kind;  /* "shipped"; none: any */
	struct str order; /* number; none: any */
	struct str to;    /* a buyer's address; none: any. Not together with `order`. */
	uint64_t before;  /* an id; 0: from the newest on */
	uint64_t limit;
};
MUST_USE bool mail_list(struct db *, struct arena *, const struct mail_filter *, struct mail_looks *, struct err *);

/* ERR_NOT_FOUND. */
MUST_USE bool mail_get(struct db *, struct arena *, uint64_t id, struct mail_look *, struct err *);

/* "waiting", "sent", "dead", "dropped". */
const char *mail_state_name(enum outbox_state);
bool mail_state_find(struct str name, int64_t *state);

/* Sends a mail once more: as a row of its own with another version, so with another Message-ID. The same key has one
 * row; *id is then that of the first. ERR_CONFLICT if the mail still waits, or was erased. */
struct mail_again {
	uint64_t id;
	struct str key; /* OUTBOX_CAUSE_B bytes */
	const char *actor;
	int64_t use_s; /* of use for so long */
	bool dry_run;
};
MUST_USE bool mail_send_again(struct db *, struct arena *, const struct mail_again *, uint64_t *id, struct err *);

/* Mails that wait. */
MUST_USE bool mail_count_waiting(struct db *, struct arena *, int64_t *n, struct err *);

#endif
