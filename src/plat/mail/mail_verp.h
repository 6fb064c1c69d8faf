/* mail_verp.h - the address that bounces go to: it names the mail's row in the outbox, with a MAC (variable envelope
 * return path).
 *
 * "bounce@shop.example" becomes "bounce+1234.07a1b2c3d4e5f60718@shop.example": the id of the row, the id of the key,
 * and the MAC, in lower-case hexadecimal, since servers may change the case. So nobody without the keys can make the
 * shop believe that a mail bounced. */
#ifndef KONTOR_PLAT_MAIL_MAIL_VERP_H
#define KONTOR_PLAT_MAIL_MAIL_VERP_H

#include "plat/text/secret_ring.h"

/* The address for this row; the plain one while no key is in use. */
struct str mail_verp(struct arena *, const struct secret_ring *, struct str plain, uint64_t id, int64_t now_s);

enum mail_verp_state {
	MAIL_VERP_GOOD,
	MAIL_VERP_OTHER,  /* not an address of this kind */
	MAIL_VERP_FORGED, /* its MAC is wrong, or by a key that is no longer valid */
};

/* The id in an address that a bounce went to. */
enum mail_verp_state mail_verp_read(const struct secret_ring *, struct str plain, struct str address, uint64_t *id);

#endif
