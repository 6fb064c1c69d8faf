/* digest.h - cryptographic digests: BLAKE2b for bytes; SHA-256 for files, so that sha256sum(1) can check them. */
#ifndef KONTOR_PLAT_TEXT_DIGEST_H
#define KONTOR_PLAT_TEXT_DIGEST_H

#include "base/err.h"
#include "base/str.h"

#define DIGEST_B 16

MUST_USE bool digest(struct str, uint8_t out[DIGEST_B], struct err *);

#define DIGEST_FILE_CHARS 65 /* with the NUL */

/* The digest of a whole file, as sha256sum(1) writes it, and the file's size. ERR_UPSTREAM when it cannot be read. */
MUST_USE bool digest_file(const char *path, char hex[DIGEST_FILE_CHARS], uint64_t *size_b, struct err *);

#endif
