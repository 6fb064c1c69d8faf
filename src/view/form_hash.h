/* form_hash.h - a hash of everything that determines the form of cached trees. */
#ifndef KONTOR_VIEW_FORM_HASH_H
#define KONTOR_VIEW_FORM_HASH_H

#include "plat/conf/conf.h"

/* A hash of the field names and of the settings that cached trees contain (URLs, currency, languages, tax, shipping).
 * It is part of every cache key, so that a new release or configuration never reads older values. Of the merchant's
 * settings it takes conf.merchant, which is another after each change: a value that comes back brings no old trees
 * back. */
uint64_t form_hash(const struct conf *);

#endif
