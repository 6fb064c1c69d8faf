/* secret.h - random tokens, and how they are stored and compared. libsodium behind a small interface.
 *
 * A token is SECRET_TOKEN_B random bytes, shown to its owner as base64url (SECRET_TOKEN_CHARS characters) and stored
 * only as a hash: a reader of the database can impersonate nobody. */
#ifndef KONTOR_PLAT_TEXT_SECRET_H
#define KONTOR_PLAT_TEXT_SECRET_H

#include "base/err.h"
#include "base/str.h"

#define SECRET_TOKEN_B 16
#define SECRET_TOKEN_CHARS 22
#define SECRET_HASH_B 32
#define SECRET_KEY_B 32
#define SECRET_SEAL_B 40 /* bytes that sealing adds to a text */

/* Call it before any other function here; repeated calls are allowed. ERR_BUG when the system has no randomness. */
MUST_USE bool secret_init(struct err *);

void secret_random(void *to, size_t n);

/* A new id of a request or a job: 32 hexadecimal digits and a NUL. Ids are drawn in batches, so after a fork only one
 * of the two processes may make more. */
void secret_id(char id[33]);

/* The hash that is stored in place of a token. */
void secret_hash(struct str token, uint8_t hash[SECRET_HASH_B]);

/* True if the text is a token in base64url, as in links and cookies. */
bool secret_is_token(struct str);

/* The hash of such a token. False when the text is none. */
MUST_USE bool secret_token_hash(struct str text, uint8_t hash[SECRET_HASH_B]);

/* Derives a token from `message` that only holders of `key` (16 to 64 bytes) can derive. */
void secret_derive(struct str key, struct str message, uint8_t token[SECRET_TOKEN_B]);

/* Derives a key for one purpose from a secret (16 to 64 bytes) that serves several. */
void secret_subkey(struct str secret, struct str purpose, uint8_t key[SECRET_KEY_B]);

/* secret_seal() encrypts and authenticates `text` into text.n + SECRET_SEAL_B bytes. secret_unseal() requires the same
 * key and `head`, and writes sealed.n - SECRET_SEAL_B bytes; false when key or head differ or a byte was changed. After
 * a fork only one of the two processes may go on sealing with the same key. */
void secret_seal(const uint8_t key[SECRET_KEY_B], struct str head, struct str text, void *sealed);
MUST_USE bool secret_unseal(const uint8_t key[SECRET_KEY_B], struct str head, struct str sealed, void *text);

/* Compares in a time that does not depend on the contents. */
bool secret_equal(struct str, struct str);

/* Without padding. Decoding returns false unless the text is the canonical form of exactly n bytes. */
struct str secret_base64url(struct arena *, const void *p, size_t n);
MUST_USE bool secret_from_base64url(struct str, void *to, size_t n);

/* The standard alphabet, with padding. */
struct str secret_base64(struct arena *, const void *p, size_t n);

/* HMAC-SHA256, with a key of any length. */
#define SECRET_HMAC_B 32
void secret_hmac(struct str key, struct str message, uint8_t mac[SECRET_HMAC_B]);

/* Writes lower case; reads both cases. */
struct str secret_hex(struct arena *, const void *p, size_t n);
MUST_USE bool secret_from_hex(struct str, void *to, size_t n);

/* A secret in a file: SECRET_KEY_B random bytes in hexadecimal, one line. It must be readable by owner and group only.
 * On failure the message names the file and the remedy; ERR_NOT_FOUND when the file does not exist. */
MUST_USE bool secret_file_load(const char *path, uint8_t key[SECRET_KEY_B], struct err *);

/* Creates the file with mode 0640 and, if permitted, group `group`. An existing file is left unchanged. */
MUST_USE bool secret_file_make(const char *path, const char *group, struct err *);

/* The same for a file of other contents: reads its first `size` bytes, with the same checks, or creates it. */
struct secret_text {
	char *text;
	size_t size, n;	    /* n: the bytes read */
	const char *maker;  /* the command that creates the file */
	const char *remedy; /* "; REMEDY", or "" */
};
MUST_USE bool secret_file_text(const char *path, struct secret_text *, struct err *);
MUST_USE bool secret_file_create(const char *path, const char *group, struct str text, struct err *);

#endif
