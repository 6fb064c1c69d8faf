/* secret.h - random tokens, and how they are stored and compared. libsodium behind a small interface.
 *
 * A token is SECRET_TOKEN_B random bytes, shown to its owner as base64url (SECRET_TOKEN_CHARS characters) and stored
 * only as a hash: who reads the database can impersonate nobody. */
#ifndef KONTOR_PLAT_TEXT_SECRET_H
#define KONTOR_PLAT_TEXT_SECRET_H

#include "base/err.h"
#include "base/str.h"

#define SECRET_TOKEN_B 16
#define SECRET_TOKEN_CHARS 22
#define SECRET_HASH_B 32
#define SECRET_KEY_B 32
#define SECRET_SEAL_B 40 /* bytes that a sealed text is longer than the text */

/* Before anything else here; any number of times. ERR_BUG when the system has no randomness. */
MUST_USE bool secret_init(struct err *);

void secret_random(void *to, size_t n);

/* A new id of a request or a job: 32 hexadecimal digits, NUL behind. Some are drawn ahead: a process that has made one
 * and forks must not make more on both sides. */
void secret_id(char id[33]);

/* The hash that is stored in place of a token. */
void secret_hash(struct str token, uint8_t hash[SECRET_HASH_B]);

/* The hash of a token as links and cookies carry it, in base64url. False when it cannot be one. */
MUST_USE bool secret_token_hash(struct str text, uint8_t hash[SECRET_HASH_B]);

/* A token that only who holds `key` (16 to 64 bytes) can make again from the same `message`. */
void secret_derive(struct str key, struct str message, uint8_t token[SECRET_TOKEN_B]);

/* A key for one purpose, of a secret that serves several. */
void secret_subkey(const uint8_t secret[SECRET_KEY_B], struct str purpose, uint8_t key[SECRET_KEY_B]);

/* Encrypts and authenticates `text` into text.n + SECRET_SEAL_B bytes, which only open together with the same `head`,
 * and back into sealed.n - SECRET_SEAL_B bytes. False when key or head differ or a byte was changed. A process that has
 * sealed and forks must not seal on both sides with the same key. */
void secret_seal(const uint8_t key[SECRET_KEY_B], struct str head, struct str text, void *sealed);
MUST_USE bool secret_unseal(const uint8_t key[SECRET_KEY_B], struct str head, struct str sealed, void *text);

/* In a time that does not depend on the contents. */
bool secret_equal(struct str, struct str);

/* Without padding, and back: false when it is not the one writing of exactly n bytes. */
struct str secret_base64url(struct arena *, const void *p, size_t n);
MUST_USE bool secret_from_base64url(struct str, void *to, size_t n);

/* Lower case; reading takes both cases. */
struct str secret_hex(struct arena *, const void *p, size_t n);
MUST_USE bool secret_from_hex(struct str, void *to, size_t n);

/* A secret in a file: SECRET_KEY_B random bytes in hexadecimal, one line. Others than owner and group must not be able
 * to read it. On failure the message names the file and the remedy: ERR_NOT_FOUND when it is not there. */
MUST_USE bool secret_file_load(const char *path, uint8_t key[SECRET_KEY_B], struct err *);

/* Makes the file, 0640 and, if this process may give it away, of `group`. A file that is there is left alone. */
MUST_USE bool secret_file_make(const char *path, const char *group, struct err *);

#endif
