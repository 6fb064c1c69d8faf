/* order_link.h - the secret link of an order, made from its key and the keys of links, so that no token is stored.
 *
 * The link's token contains the order key and its MAC, so any program with the keys can make the link again. A link
 * whose MAC is not by one of the two valid keys opens nothing. The database finds the order by a keyed hash of the
 * order key (orders.token_hash), which the storefront's account alone cannot compute; and a dump contains no link.
 *
 * Earlier releases made a token from the session's cookie, and stored its hash in the same column. Their links go on
 * working. New orders get such a link while no key is in use: without a file of keys, and during an upgrade, as workers
 * of earlier releases cannot read the new ones. */
#ifndef KONTOR_STORE_ORDER_ORDER_LINK_H
#define KONTOR_STORE_ORDER_ORDER_LINK_H

#include "plat/text/secret_ring.h"

enum order_link_state { ORDER_LINK_GOOD, ORDER_LINK_BAD, ORDER_LINK_UNKNOWN /* another key's */ };

/* The token of the link to the order with this key (CART_KEY_B bytes); none while no key is in use. */
struct str order_link(struct arena *, const struct secret_ring *, struct str order_key, int64_t now_s);

/* The hash by which the database finds an order with such a link. */
void order_link_hash(const struct secret_ring *, struct str order_key, uint8_t hash[SECRET_HASH_B]);

/* Verifies the token of a link of either kind; ORDER_LINK_GOOD: `hash` finds the order, if there is one. */
enum order_link_state order_link_read(const struct secret_ring *, struct str token, uint8_t hash[SECRET_HASH_B]);

#endif
