/* receipt_store.h - the receipts of this host and of others, compared with the orders in the database.
 *
 * A receipt that is acknowledged, not accepted as lost, and has no order, is a breach. Open the set before the database
 * is read: what was acknowledged by then must be there. */
#ifndef KONTOR_STORE_ADMIN_RECEIPT_STORE_H
#define KONTOR_STORE_ADMIN_RECEIPT_STORE_H

#include "plat/db/db.h"
#include "plat/receipt/receipt.h"

#define RECEIPT_COLLECTED "-from-" /* between the file's name and that of the host */
#define RECEIPT_FILES_MAX 64

struct receipt_entry {
	uint64_t id, slot;
	uint8_t key_hash[RECEIPT_KEY_HASH_B];
	unsigned file;
	bool there;
};

struct receipt_set {
	struct receipts file[RECEIPT_FILES_MAX];
	size_t n_files;
	struct receipt_entry *entry; /* acknowledged and not accepted; by id */
	size_t n, n_intents, n_accepted, n_damaged, n_lost;
	uint64_t top_id; /* the highest acknowledged id */
};

/* Opens all files; none is no error. `path`: of this host. Close it in any case. */
MUST_USE bool receipt_set_open(struct arena *, struct str path, bool write, struct receipt_set *, struct err *);
void receipt_set_close(struct receipt_set *);

/* Looks for the orders in the database; sets `there` and n_lost. */
MUST_USE bool receipt_set_compare(struct receipt_set *, struct db *, struct arena *, struct err *);

/* The whole receipt. False: its slot has been overwritten by now. */
bool receipt_set_get(const struct receipt_set *, const struct receipt_entry *, struct receipt *);

#endif
