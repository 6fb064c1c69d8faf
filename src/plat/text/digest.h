/* digest.h - the fingerprint of bytes: equal means the same, for all that people can make. BLAKE2b; of files SHA-256,
 * which people can check with tools of their own. */
#ifndef KONTOR_PLAT_TEXT_DIGEST_H
#define KONTOR_PLAT_TEXT_DIGEST_H

#include "base/err.h"
#include "base/str.h"

#define DIGEST_B 16

MUST_USE bool digest(struct str, uint8_t out[DIGEST_B], struct err *);

#define DIGEST_FILE_CHARS 65 /* with the NUL */

/* Of a whole file, as sha256sum(1) writes it, and its size. ERR_UPSTREAM when it cannot be read. */
MUST_USE bool digest_file(const char *path, char hex[DIGEST_FILE_CHARS], uint64_t *size_b, struct err *);

#endif
