/* domain.h - internationalised domain names (IDNA 2008), in mail addresses. */
#ifndef KONTOR_PLAT_TEXT_DOMAIN_H
#define KONTOR_PLAT_TEXT_DOMAIN_H

#include "base/str.h"

/* The domain's form in ASCII, which all mail servers know ("xn--..."), on the arena. A domain that is ASCII already,
 * or that no rule allows, is returned as it is. */
struct str domain_ascii(struct arena *, struct str domain);

/* A mail address as people write it: the letters of its domain. */
struct str domain_shown(struct arena *, struct str mail);

#endif
