/* order_words.h - the words by which the shop's staff find an order: of names and addresses, of the part of
 * the mail address before the @, and the phone number, folded as in search (plat/text/fold.h).
 *
 * An order is placed without them, so that placing costs no more: a job adds them a moment later, and the country that
 * workers of earlier releases leave out. A changed address is indexed again. */
#ifndef KONTOR_STORE_ORDER_ORDER_WORDS_H
#define KONTOR_STORE_ORDER_ORDER_WORDS_H

#include "plat/db/db.h"

struct order_words {
	struct str *v;
	size_t n;
};

/* The words of what somebody typed to find an order. ERR_INPUT when it has none. */
MUST_USE bool order_words_of(struct arena *, struct str typed, struct order_words *, struct err *);

/* As a JSON list. */
MUST_USE bool order_words_json(struct arena *, const struct order_words *, struct str *, struct err *);

/* Indexes up to `most` orders that are not indexed yet. *n is their number. Any
 * number of processes may do it at once. */
MUST_USE bool order_words_fill(struct db *, struct arena *, unsigned most, unsigned *n, struct err *);

#endif
