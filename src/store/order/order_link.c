#include "store/order/order_link.h"

#include <string.h>

#include "shop/cart.h"

/* The token: the key's id, the order key, and its MAC. */
#define MAC_AT (1 + CART_KEY_B)
#define LINK_B (MAC_AT + SECRET_TOKEN_B)

struct str
order_link(struct arena *a, const struct secret_ring *keys, struct str order_key, int64_t now_s)
{
	const struct secret_ring_key *k = secret_ring_signer(keys, now_s);
	uint8_t token[LINK_B];

	ASSERT(order_key.n == CART_KEY_B);
	if (k == NULL)
		return STR_NONE;
	token[0] = k->id;
	memcpy(token + 1, order_key.p, CART_KEY_B);
	secret_derive(str_n(k->key, sizeof(k->key)), order_key, token + MAC_AT);
	return secret_base64url(a, token, sizeof(token));
}

void
order_link_hash(const struct secret_ring *keys, struct str order_key, uint8_t hash[SECRET_HASH_B])
{
	secret_subkey(str_n(keys->base, sizeof(keys->base)), order_key, hash);
}

enum order_link_state
order_link_read(const struct secret_ring *keys, struct str token, uint8_t hash[SECRET_HASH_B])
{
	uint8_t link[LINK_B], mac[SECRET_TOKEN_B];
	const struct secret_ring_key *k;
	struct str order_key;

	if (secret_token_hash(token, hash))
		return ORDER_LINK_GOOD;
	if (!secret_from_base64url(token, link, sizeof(link)))
		return ORDER_LINK_BAD;
	order_key = str_n(link + 1, CART_KEY_B);
	k = secret_ring_find(keys, link[0]);
	if (k == NULL)
		return ORDER_LINK_UNKNOWN;
	secret_derive(str_n(k->key, sizeof(k->key)), order_key, mac);
	if (!secret_equal(str_n(mac, sizeof(mac)), str_n(link + MAC_AT, sizeof(mac))))
		return ORDER_LINK_BAD;
	order_link_hash(keys, order_key, hash);
	return ORDER_LINK_GOOD;
}
