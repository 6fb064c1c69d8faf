/* draft.h - the buyer's input in the checkout, as JSON stored with the cart. */
#ifndef KONTOR_STORE_ORDER_DRAFT_H
#define KONTOR_STORE_ORDER_DRAFT_H

#include "shop/checkout.h"

/* Leaves out texts that are not UTF-8, and cuts long ones. The limits exceed those of an order. */
MUST_USE bool draft_format(struct arena *, const struct checkout_draft *, struct str *json, struct err *);

/* Leaves unreadable fields empty. Copies texts to the arena. */
void draft_parse(struct arena *, struct str json, struct checkout_draft *);

#endif
