/* draft.h - the buyer's input in the checkout, as JSON stored encrypted with the cart.
 *
 * The key is derived from the token in the session's cookie, which is stored nowhere. So the database and its backups
 * show no address of a visitor who has not ordered; each visitor's requests bring the key to his own draft. */
#ifndef KONTOR_STORE_ORDER_DRAFT_H
#define KONTOR_STORE_ORDER_DRAFT_H

#include "shop/checkout.h"

/* Leaves out texts that are not UTF-8, and cuts long ones. The limits exceed those of an order. */
MUST_USE bool draft_format(struct arena *, const struct checkout_draft *, struct str *json, struct err *);

/* Leaves unreadable fields empty. Copies texts to the arena. */
void draft_parse(struct arena *, struct str json, struct checkout_draft *);

/* The owner's session token, and the cart that the draft belongs to. */
struct draft_key {
	struct str token;
	uint64_t cart_id;
};

/* The text to store. */
struct str draft_seal(struct arena *, const struct draft_key *, struct str json);

/* The JSON in a stored text; empty when the key is another one. Releases before schema 5 stored plain JSON. */
struct str draft_unseal(struct arena *, const struct draft_key *, struct str stored);

#endif
