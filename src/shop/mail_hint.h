/* mail_hint.h - recognises mail addresses that are probably mistyped. Pure.
 *
 * Only a hint: the buyer may keep the address as it is, since a shop cannot know all domains. */
#ifndef KONTOR_SHOP_MAIL_HINT_H
#define KONTOR_SHOP_MAIL_HINT_H

#include "base/str.h"

/* True if the domain is one slip of the hand away from a large mail provider's (gmial.com), or ends in a misspelt
 * common ending (example.con). *out is then the address that was probably meant, on the arena. */
MUST_USE bool mail_hint(struct arena *, struct str email, struct str *out);

#endif
