/* digest.h - cryptographic digests: BLAKE2b for bytes; SHA-256 for what sha256sum(1) and the database can check. */
#ifndef KONTOR_PLAT_TEXT_DIGEST_H
#define KONTOR_PLAT_TEXT_DIGEST_H

#include "base/err.h"
#include "base/str.h"

#define DIGEST_B 16

MUST_USE bool digest(struct str, uint8_t out[DIGEST_B], struct err *);

#define DIGEST_SHA256_B 32

/* SHA-256 of all parts, one after the other. */
MUST_USE bool digest_sha256(const struct str *parts, size_t n, uint8_t out[DIGEST_SHA256_B], struct err *);

#define DIGEST_FILE_CHARS 65 /* with the NUL */

/* The digest of a whole file, as sha256sum(1) writes it, and the file's size. ERR_UPSTREAM when it cannot be read. */
MUST_USE bool digest_file(const char *path, char hex[DIGEST_FILE_CHARS], uint64_t *size_b, struct err *);

#endif
