/* mail_address.h - mail addresses that every server can take.
 *
 * The part before the @ must be ASCII: only servers with SMTPUTF8 take other letters, few have it, and the next one on
 * the way may lack it. So such an address is refused where it is typed. A domain in other letters is no obstacle, since
 * it has a form in ASCII (plat/text/domain.h). Quoted parts ("a b"@example.org) are refused, too. */
#ifndef KONTOR_PLAT_MAIL_MAIL_ADDRESS_H
#define KONTOR_PLAT_MAIL_MAIL_ADDRESS_H

#include "base/err.h"
#include "base/str.h"

/* True for an address whose local part and domain are ASCII and of legal length. */
bool mail_address_ok(struct str);

/* The address with its domain in ASCII, on the arena. ERR_INPUT with the reason if no mail can be sent there. */
MUST_USE bool mail_address_get(struct arena *, struct str typed, struct str *out, struct err *);

/* The part behind the @. */
struct str mail_address_domain(struct str);

#endif
