/* digest.h - the fingerprint of bytes: equal means the same, for all that people can make. BLAKE2b. */
#ifndef KONTOR_PLAT_DIGEST_H
#define KONTOR_PLAT_DIGEST_H

#include "base/err.h"
#include "base/str.h"

#define DIGEST_B 16

MUST_USE bool digest(struct str, uint8_t out[DIGEST_B], struct err *);

#endif
