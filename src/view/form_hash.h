/* form_hash.h - what decides the form of cached trees, as one number. */
#ifndef KONTOR_VIEW_FORM_HASH_H
#define KONTOR_VIEW_FORM_HASH_H

#include "plat/conf/conf.h"

/* A hash of the names of fields and of the settings that stand in cached trees (addresses, currency, languages, tax,
 * delivery). It goes into every cache key, so that a new release or configuration never reads what an old one wrote. */
uint64_t form_hash(const struct conf *);

#endif
