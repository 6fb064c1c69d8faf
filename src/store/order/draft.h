/* draft.h - what was typed in the checkout, as the JSON that is kept with the cart. */
#ifndef KONTOR_STORE_ORDER_DRAFT_H
#define KONTOR_STORE_ORDER_DRAFT_H

#include "shop/checkout.h"

/* Texts that are not UTF-8 are left out, long ones are cut: nothing that would fit an order is lost. */
MUST_USE bool draft_format(struct arena *, const struct checkout_draft *, struct str *json, struct err *);

/* Unreadable fields are left empty: a draft is a convenience. Texts are copied. */
void draft_parse(struct arena *, struct str json, struct checkout_draft *);

#endif
