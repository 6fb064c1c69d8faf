/* order_number.h - the number that buyer and shop name an order by.
 *
 * Prefix, the order's id, and a check digit by Damm's method, which finds every mistyped digit and every swap of
 * neighbours: people copy it into bank transfers. It is no secret and opens nothing. */
#ifndef KONTOR_SHOP_ORDER_NUMBER_H
#define KONTOR_SHOP_ORDER_NUMBER_H

#include "base/str.h"

/* "K-" and 42 give "K-100425": ids are counted from ORDER_NUMBER_FIRST, so that the first order of a shop does
 * not look like it. */
#define ORDER_NUMBER_FIRST 10000

struct str order_number(struct arena *, struct str prefix, uint64_t order_id);

/* Blanks around it and the case of letters do not matter. False when it is no number of this shop. */
MUST_USE bool order_number_parse(struct str prefix, struct str typed, uint64_t *order_id);

#endif
