/* order_number.h - the order number, as used by buyer and shop.
 *
 * It consists of a prefix, the order id and a check digit. Damm's method detects every wrong digit and every swap of
 * adjacent digits, since people copy the number into bank transfers. The number is not secret and grants no access. */
#ifndef KONTOR_SHOP_ORDER_NUMBER_H
#define KONTOR_SHOP_ORDER_NUMBER_H

#include "base/str.h"

/* "K-" and 42 give "K-100425": ids are counted from ORDER_NUMBER_FIRST, so that the number does not reveal a shop's
 * first order. */
#define ORDER_NUMBER_FIRST 10000

struct str order_number(struct arena *, struct str prefix, uint64_t order_id);

/* Ignores case and surrounding blanks. False when it is not an order number of this shop. */
MUST_USE bool order_number_parse(struct str prefix, struct str typed, uint64_t *order_id);

#endif
