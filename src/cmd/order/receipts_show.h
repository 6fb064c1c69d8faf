/* receipts_show.h - lost orders in words, with all that is needed to reach the buyer. */
#ifndef KONTOR_CMD_ORDER_RECEIPTS_SHOW_H
#define KONTOR_CMD_ORDER_RECEIPTS_SHOW_H

#include "cmd/cmd.h"
#include "store/admin/receipt_store.h"
#include "store/admin/verify_store.h"

/* Opens the buyers of receipts. Personal data are never written to the journal. */
struct receipts_reader {
	struct arena *a;
	uint8_t key[RECEIPT_KEY_B];
	bool has_key;
	const char *why; /* without the key: the reason */
};

void receipts_reader_init(struct receipts_reader *, const struct cmd *);

/* "2026-11-29 10:00:00 UTC", "49.90 EUR", and "Ada Buyer, ada@example.org, +49 ..." or why they are not shown. */
struct str receipts_time(const struct receipts_reader *, int64_t utc_s);
struct str receipts_total(const struct receipts_reader *, const struct receipt *);
struct str receipts_buyer(const struct receipts_reader *, const struct receipt *);

/* The lost orders as a broken invariant of `kontor verify`. */
void receipts_result(const struct receipts_reader *, const struct receipt_set *, struct verify_result *);

#endif
