/* bounce_store.h - mails that came back, and the addresses that get none any more.
 *
 * A bounce is believed only if it came to the address that the mail was sent from (plat/mail/mail_verp.h). It concerns
 * the address that the order has, whatever the report says. An address that does not exist is suppressed at once, one
 * that fails for another reason after BOUNCE_MOST times in BOUNCE_DAYS days. The shop's own address never is. */
#ifndef KONTOR_STORE_MAIL_BOUNCE_STORE_H
#define KONTOR_STORE_MAIL_BOUNCE_STORE_H

#include "plat/db/db.h"

#define BOUNCE_MOST 3
#define BOUNCE_DAYS 14

struct bounce {
	uint64_t id;       /* of the mail's row in the outbox */
	struct str status; /* "5.1.1" */
	struct str answer; /* of the server; may be empty */
};

enum bounce_result {
	BOUNCE_UNKNOWN,    /* there is no such mail any more */
	BOUNCE_AGAIN,      /* this mail's bounce was read before */
	BOUNCE_NOTED,      /* says nothing about the address, such as a refusal of the content; or the order has
	                    * another address by now, or none; or it is the shop's own */
	BOUNCE_COUNTED,    /* one of those after which an address is suppressed */
	BOUNCE_SUPPRESSED, /* the address gets no mail any more */
	BOUNCE__MAX
};

struct bounce_done {
	enum bounce_result result;
	struct str subject; /* of the mail's row */
	struct str number;  /* of the order; may be empty */
	int64_t count;      /* bounces of the address that count, this one included */
};

/* With `dry_run` nothing is written: *done is as it would be. */
MUST_USE bool bounce_take(
    struct db *, struct arena *, const struct bounce *, bool dry_run, struct bounce_done *, struct err *);

/* A server refused this address for good while the mail was sent. */
MUST_USE bool bounce_refused(struct db *, struct str address, struct str why, struct err *);

struct suppressed {
	struct str address, why;
	int64_t at;
};

/* *found: the address gets no mail. */
MUST_USE bool suppressed_find(
    struct db *, struct arena *, struct str address, struct suppressed *, bool *found, struct err *);

/* Addresses behind `after`, at most `limit`. */
struct suppressed_list {
	struct suppressed *v;
	size_t n;
};
MUST_USE bool suppressed_list(
    struct db *, struct arena *, struct str after, uint64_t limit, struct suppressed_list *, struct err *);

/* The address gets mail again. *found is false if it was not suppressed. Its bounces do not count any more. */
MUST_USE bool suppressed_lift(struct db *, struct str address, bool dry_run, bool *found, struct err *);

/* The buyer gave the address again at `at`: a suppression before that is lifted. */
MUST_USE bool suppressed_confirmed(struct db *, struct str address, int64_t at, struct err *);

#endif
