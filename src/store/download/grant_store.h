/* grant_store.h - what the payment of an order gives access to: its files, and its codes, which are sold once each.
 *
 * Access itself is decided each time it is used (etc/sql/access.sql, download_line): a line that was cancelled or paid
 * back has none, nor has an order that is not paid any more. */
#ifndef KONTOR_STORE_DOWNLOAD_GRANT_STORE_H
#define KONTOR_STORE_DOWNLOAD_GRANT_STORE_H

#include "plat/db/db.h"

/* As the settings are at the payment; a line keeps them. */
struct grant_terms {
	int64_t times, days; /* times 0: nothing is granted */
};

/* Inside the transaction that has locked the paid order: gives its lines the files that are sold now, unless they have
 * some, and the codes that they lack. A shortage of codes is no failure: the merchant adds some and grants again. */
MUST_USE bool grant_paid(
    struct db *, struct arena *, uint64_t order_id, const struct grant_terms *, struct err *);

/* Each line that is not cancelled has a file or all its codes. */
MUST_USE bool grant_is_whole(struct db *, struct arena *, uint64_t order_id, bool *whole, struct err *);

/* The files of an order; by its link only those that it gives access to. */
struct download {
	uint64_t id;
	int pos; /* of the line */
	struct str name;
	int64_t size_b, allowed, used, until_at;
	bool over; /* used up, or too late */
};
struct downloads {
	struct download *v;
	size_t n;
};
MUST_USE bool grant_files(struct db *, struct arena *, uint64_t order_id, struct downloads *, struct err *);
MUST_USE bool grant_files_by_link(
    struct db *, struct arena *, struct str token_hash, struct downloads *, struct err *);

/* Each download of an order that counted, oldest first. */
struct grant_take {
	int pos;
	struct str name;
	int64_t at;
};
struct grant_takes {
	struct grant_take *v;
	size_t n;
};
MUST_USE bool grant_codes(struct db *, struct arena *, uint64_t order_id, int64_t *n, struct err *);
MUST_USE bool grant_takes(struct db *, struct arena *, uint64_t order_id, struct grant_takes *, struct err *);

#endif
