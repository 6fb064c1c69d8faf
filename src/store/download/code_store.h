/* code_store.h - codes that are sold once each: licence keys, vouchers to pass on.
 *
 * In the database they are sealed with a key of codes.secret_file. The stock of their variant is kept at the number of
 * free codes less what unpaid orders hold, so they cannot be oversold. A code that was sold stays sold, also if its
 * order is paid back (grant_store.h). */
#ifndef KONTOR_STORE_DOWNLOAD_CODE_STORE_H
#define KONTOR_STORE_DOWNLOAD_CODE_STORE_H

#include "plat/db/db.h"
#include "plat/text/secret.h"

#define CODE_MAX_B 300

struct code_keys {
	uint8_t seal[SECRET_KEY_B], mark[SECRET_KEY_B];
};

/* ERR_NOT_FOUND if the file does not exist: `kontor code add` makes it. */
MUST_USE bool code_keys_load(const char *secret_file, struct code_keys *, struct err *);

/* The codes of an order, in the order of its lines. */
struct code_sold {
	int pos;
	struct str code;
};
struct codes_sold {
	struct code_sold *v;
	size_t n;
};

/* By its link: those that it gives access to. By its id: all, for mails. Without any, the file is not read. */
MUST_USE bool code_by_link(struct db *, struct arena *, const char *secret_file, struct str token_hash,
    struct codes_sold *, struct err *);
MUST_USE bool code_of_order(struct db *, struct arena *, const char *secret_file, uint64_t order_id,
    struct codes_sold *, struct err *);

/* ---- for the staff ---- */

/* Adds codes, of 1 to CODE_MAX_B bytes each, and sets the stock, in one transaction; *added: those that were not there
 * already. The variant's stock is tracked from then on. *delta: the change of the stock. */
struct code_change {
	uint64_t variant_id;
	const struct code_keys *keys;
	const struct str *v;
	size_t n;
	const char *actor;
	bool dry_run;
};
struct code_changed {
	uint64_t n;	/* codes that were added or dropped */
	int64_t before, after; /* stock */
	uint64_t product_id;
};
MUST_USE bool code_add(struct db *, struct arena *, const struct code_change *, struct code_changed *, struct err *);

/* Deletes free codes; those that are sold or unknown are not counted. */
MUST_USE bool code_drop(struct db *, struct arena *, const struct code_change *, struct code_changed *, struct err *);

struct code_count {
	uint64_t variant_id, product_id;
	struct str sku;
	int64_t all, free, held; /* held: by orders that are unpaid or still lack their codes */
	int64_t stock;
	bool strict; /* the stock is tracked, and never sold over */
};
struct code_counts {
	struct code_count *v;
	size_t n;
};
MUST_USE bool code_counts(struct db *, struct arena *, struct code_counts *, struct err *);

/* The first thousand free codes of a variant. */
MUST_USE bool code_free(struct db *, struct arena *, const struct code_keys *, uint64_t variant_id,
    struct codes_sold *, struct err *);

#endif
