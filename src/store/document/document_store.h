/* document_store.h - invoices and credit notes in the database: inserted once, never changed.
 *
 * A document is about an entry of the ledger, its cause, and each entry has one at most. Its number is the next of its
 * series: the series' row is locked from there to the COMMIT, so numbers have no gap. Each row has a digest over the
 * row before it in the series. */
#ifndef KONTOR_STORE_DOCUMENT_DOCUMENT_STORE_H
#define KONTOR_STORE_DOCUMENT_DOCUMENT_STORE_H

#include "plat/text/digest.h"
#include "store/order/order_look.h"

enum document_kind { DOCUMENT_INVOICE, DOCUMENT_CREDIT_NOTE, DOCUMENT__MAX };
const char *document_kind_name(enum document_kind); /* "invoice", "credit_note" */

/* An entry of the order's ledger. */
struct document_entry {
	uint64_t id, kind, ref_id; /* enum ledger_kind */
	int64_t at, gross_minor, tax_minor; /* what the buyer owes more by it; a credit is below 0 */
};
struct document_cut {
	int pos;
	int64_t qty, at;
};
struct document_refund { /* a part of a refund */
	uint64_t refund;
	int pos; /* 0: delivery; -1: an amount */
	int64_t qty, gross_minor, tax_minor, at;
	int32_t bp;
};

/* A document of an order. */
struct document_row {
	struct str series, number, template, currency;
	enum document_kind kind;
	uint64_t seq, cause;
	int last_pos;
	int64_t issued_at, total_minor;
};

/* Everything that documents of an order are made from. */
struct document_facts {
	struct order_look look;
	int64_t now_s; /* of the database */
	struct str token_hash;
	struct document_entry *entries;
	struct document_cut *cuts;
	struct document_refund *refunds;
	struct document_row *rows; /* oldest first */
	size_t n_entries, n_cuts, n_refunds, n_rows;
};

/* Reads them; `lock`: under the order's lock, in the caller's transaction. ERR_NOT_FOUND when there is no such order.
 */
MUST_USE bool document_facts_get(
    struct db *, struct arena *, uint64_t order_id, bool lock, struct document_facts *, struct err *);

/* A quick look: false if the order cannot have documents. */
MUST_USE bool document_maybe(struct db *, struct arena *, uint64_t order_id, bool *maybe, struct err *);

/* Begins a series, if there is none; outside a transaction. */
MUST_USE bool document_series_make(struct db *, struct str series, struct err *);

/* Takes the next number of the series, which stays locked. *found is false if there is no such series. */
struct document_place {
	struct str series;
	uint64_t seq;
	struct str number;
	struct str prev; /* DIGEST_SHA256_B bytes */
};
MUST_USE bool document_take(
    struct db *, struct arena *, struct str series, struct document_place *, bool *found, struct err *);

/* Writes the document. Call it right before the COMMIT. ERR_CONFLICT if its cause has one. */
struct document_new {
	const struct document_place *place;
	enum document_kind kind;
	uint64_t order_id, cause;
	int last_pos;
	int64_t issued_at, total_minor;
	struct str currency, template, json, page;
};
MUST_USE bool document_insert(struct db *, const struct document_new *, struct err *);

/* The digest of a document with these parts. */
MUST_USE bool document_digest(
    const struct document_place *, struct str template, struct str json, struct str page, uint8_t *out, struct err *);

/* For the staff, newest first. */
struct document_ask {
	uint64_t order_id, before; /* 0: any; `before`: an id */
	int kind;                  /* -1: any */
	int64_t from_s, to_s;
	uint64_t most;
};
struct document_listed {
	uint64_t id, order_id;
	struct str number, order, currency, template;
	enum document_kind kind;
	int64_t issued_at, total_minor;
};
struct document_list {
	struct document_listed *v;
	size_t n;
};
MUST_USE bool document_list(
    struct db *, struct arena *, const struct document_ask *, struct document_list *, struct err *);

struct document_full {
	struct document_row row;
	struct str order, json, page, prev, sha256;
	uint64_t order_id;
};
/* ERR_NOT_FOUND when there is none. */
MUST_USE bool document_get(struct db *, struct arena *, struct str number, struct document_full *, struct err *);

/* All documents, oldest first, in batches: those after an id. */
struct document_stored {
	uint64_t id;
	struct str number, template, json, page;
};
struct document_batch {
	struct document_stored *v;
	size_t n;
};
MUST_USE bool document_after(struct db *, struct arena *, uint64_t id, struct document_batch *, struct err *);

/* Documents that are not as they were issued, missing numbers, sums that differ: by the check document_chain of
 * `kontor verify`. */
struct document_breach {
	struct str what, why;
};
struct document_breaches {
	struct document_breach *v;
	size_t n;
};
MUST_USE bool document_check(struct db *, struct arena *, struct document_breaches *, struct err *);

/* For the page of an order. */
struct document_link {
	struct str number;
	enum document_kind kind;
	int64_t issued_at;
};
struct document_links {
	struct document_link *v;
	size_t n;
};
MUST_USE bool document_links_get(
    struct db *, struct arena *, struct str token_hash, struct document_links *, struct err *);

/* The page of a document of the order with this link. *found is false if it is of another order. */
MUST_USE bool document_page_find(struct db *, struct arena *, struct str token_hash, struct str number,
    struct str *page, bool *found, struct err *);

#endif
