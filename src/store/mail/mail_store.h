/* mail_store.h - mails that wait in the outbox: what work/mail_run.h sends. */
#ifndef KONTOR_STORE_MAIL_MAIL_STORE_H
#define KONTOR_STORE_MAIL_MAIL_STORE_H

#include "plat/text/json.h"
#include "store/outbox_store.h"

/* A mail of which it is too late after that is dropped, so that none is sent late in bulk. */
#define MAIL_USE_S (3 * 86400)

/* A mail to be written. The row holds no address and no secret: both are looked up when the mail is sent. */
struct mail_new {
	const char *kind; /* of mail_kind.def */
	struct str about; /* with the kind the subject of its row: "123", "123/12", "2026-11-30" */
	uint64_t version; /* a mail of the same kind, subject and version is written once */
	struct str lang;
	bool merchant;     /* goes to the shop, not to the buyer */
	uint64_t order_id; /* 0: of no order */
	uint64_t ref_id;   /* of the parcel, refund, return or note; 0: none */
	const uint8_t *cause;
	int64_t now_s;
	int64_t use_s;        /* of use for so long */
	const char *ids_name; /* a list of numbers in the payload, and its name; NULL: none */
	const uint64_t *ids;
	size_t n_ids;
};

/* Does nothing if the mail is there already; *first (or NULL) is then false. */
MUST_USE bool mail_put(struct db *, struct arena *, const struct mail_new *, bool *first, struct err *);

/* How many mails with links of orders went, in the last hour, to the address of this order. */
MUST_USE bool mail_links_sent(struct db *, struct arena *, uint64_t order_id, int64_t *n, struct err *);

MUST_USE bool mail_exists(struct db *, struct arena *, const struct mail_new *, bool *found, struct err *);

/* The order, as far as it decides which mails are written. */
struct mail_order {
	struct str lang;
	struct str shipping; /* the code of its method of delivery */
	struct str address;  /* of mail; an erased order has none */
	uint8_t payment_state;
};
MUST_USE bool mail_find_order(
    struct db *, struct arena *, uint64_t order_id, struct mail_order *, bool *found, struct err *);

/* Turns rows that workers of the release before wrote into events, at most 100; *n: how many. */
MUST_USE bool mail_adopt(struct db *, uint64_t *n, struct err *);

#endif
