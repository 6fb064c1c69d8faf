/* document_make.h - which document of an order is due, and its lines and taxes. Pure: facts in, figures out.
 *
 * An invoice is due when no piece is left to be sent: it has the lines that no invoice has yet, without the pieces that
 * were cut, and, the first one, the delivery. Once there is an invoice, each credit of the ledger is due as a credit
 * note, with the tax of each rate, and so is the end of the sale. So the documents of an order add up to its sale. */
#ifndef KONTOR_STORE_DOCUMENT_DOCUMENT_MAKE_H
#define KONTOR_STORE_DOCUMENT_DOCUMENT_MAKE_H

#include "store/document/document_store.h"

enum document_line_kind {
	DOCUMENT_PIECES,
	DOCUMENT_DELIVERY,
	DOCUMENT_AMOUNT, /* a part of the price */
	DOCUMENT_REST,   /* all that was not credited before */
};

struct document_line {
	enum document_line_kind kind;
	const struct order_line *of; /* of PIECES */
	int64_t qty, gross_minor, tax_minor;
	int32_t bp;
	bool mixed; /* more than one rate */
};

struct document_rate {
	int32_t bp;
	int64_t gross_minor, tax_minor;
};

struct document {
	enum document_kind kind;
	uint64_t cause;
	int last_pos;
	const struct document_row *corrects; /* of a credit note: the invoice */
	struct document_line *lines;
	struct document_rate *rates; /* highest first */
	size_t n_lines, n_rates;
	int64_t gross_minor, tax_minor;
	int64_t from_s, to_s; /* of an invoice: when the goods left, first and last */
};

/* Finds the next document that is due. `why` (or NULL) tells why none is. */
MUST_USE bool document_next(
    struct arena *, const struct document_facts *, struct document *, bool *due, const char **why, struct err *);

#endif
