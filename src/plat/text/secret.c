#include "plat/text/secret.h"

#include <sodium.h>
#include <string.h>

#define IDS_AT_ONCE 64
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

bool
secret_init(struct err *e)
{
	return sodium_init() >= 0 || err_set(e, ERR_BUG, "libsodium does not start");
}

void
secret_random(void *to, size_t n)
{
	randombytes_buf(to, n);
}

void
secret_id(char id[33])
{
	static uint8_t pool[IDS_AT_ONCE][16]; /* saves a system call per request */
	static size_t left;

	if (left == 0) {
		randombytes_buf(pool, sizeof(pool));
		left = IDS_AT_ONCE;
	}
	sodium_bin2hex(id, 33, pool[--left], sizeof(pool[0]));
}

void
secret_hash(struct str token, uint8_t hash[SECRET_HASH_B])
{
	int failed = crypto_generichash(hash, SECRET_HASH_B, (const uint8_t *)token.p, token.n, NULL, 0);

	ASSERT(failed == 0);
}

void
secret_derive(struct str key, struct str message, uint8_t token[SECRET_TOKEN_B])
{
	int failed;

	ASSERT(key.n >= crypto_generichash_KEYBYTES_MIN && key.n <= crypto_generichash_KEYBYTES_MAX);
	failed = crypto_generichash(
	    token, SECRET_TOKEN_B, (const uint8_t *)message.p, message.n, (const uint8_t *)key.p, key.n);
	ASSERT(failed == 0);
}

void
secret_subkey(struct str secret, struct str purpose, uint8_t key[SECRET_KEY_B])
{
	int failed;

	ASSERT(secret.n >= crypto_generichash_KEYBYTES_MIN && secret.n <= crypto_generichash_KEYBYTES_MAX);
	failed = crypto_generichash(
	    key, SECRET_KEY_B, (const uint8_t *)purpose.p, purpose.n, (const uint8_t *)secret.p, secret.n);
	ASSERT(failed == 0);
}

/* The nonce precedes the sealed text: an 8-byte counter and 16 random bytes, all drawn once per process. */
#define NONCE_B crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_Static_assert(SECRET_SEAL_B == NONCE_B + crypto_aead_xchacha20poly1305_ietf_ABYTES, "SECRET_SEAL_B");

static void
next_nonce(uint8_t nonce[NONCE_B])
{
	static uint8_t next[NONCE_B];
	static bool drawn;

	if (!drawn)
		randombytes_buf(next, sizeof(next));
	drawn = true;
	sodium_increment(next, sizeof(uint64_t));
	memcpy(nonce, next, sizeof(next));
}

void
secret_seal(const uint8_t key[SECRET_KEY_B], struct str head, struct str text, void *sealed)
{
	uint8_t *nonce = sealed;
	int failed;

	next_nonce(nonce);
	failed = crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_B, NULL, (const uint8_t *)text.p, text.n,
	    (const uint8_t *)head.p, head.n, NULL, nonce, key);
	ASSERT(failed == 0);
}

bool
secret_unseal(const uint8_t key[SECRET_KEY_B], struct str head, struct str sealed, void *text)
{
	const uint8_t *nonce = (const uint8_t *)sealed.p;

	return sealed.n >= SECRET_SEAL_B
	    && crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, nonce + NONCE_B, sealed.n - NONCE_B,
		   (const uint8_t *)head.p, head.n, nonce, key)
		   == 0;
}

bool
secret_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

struct str
secret_base64url(struct arena *a, const void *p, size_t n)
{
	size_t room_b = sodium_base64_ENCODED_LEN(n, VARIANT);
	char *text = arena_alloc(a, room_b);

	sodium_bin2base64(text, room_b, p, n, VARIANT);
	return str_z(text);
}

struct str
secret_base64(struct arena *a, const void *p, size_t n)
{
	size_t room_b = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(a, room_b);

	sodium_bin2base64(text, room_b, p, n, sodium_base64_VARIANT_ORIGINAL);
	return str_z(text);
}

void
secret_hmac(struct str key, struct str message, uint8_t mac[SECRET_HMAC_B])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.p, key.n);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)message.p, message.n);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof(state));
}

/* libsodium accepts some bytes above 127 as letters. */
static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 127)
			return false;
	return true;
}

/* libsodium refuses text that is not canonical: other characters, padding, non-zero bits after the last byte. */
bool
secret_from_base64url(struct str text, void *to, size_t n)
{
	const char *end;
	size_t got;

	return text.n > 0 && is_ascii(text) && sodium_base642bin(to, n, text.p, text.n, NULL, &got, &end, VARIANT) == 0
	    && got == n && end == text.p + text.n;
}

struct str
secret_hex(struct arena *a, const void *p, size_t n)
{
	char *text = arena_alloc(a, 2 * n + 1);

	sodium_bin2hex(text, 2 * n + 1, p, n);
	return str_n(text, 2 * n);
}

bool
secret_from_hex(struct str text, void *to, size_t n)
{
	const char *end;
	size_t got;

	return text.n > 0 && is_ascii(text) && sodium_hex2bin(to, n, text.p, text.n, NULL, &got, &end) == 0 && got == n
	    && end == text.p + text.n;
}

bool
secret_is_token(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_')
			return false;
	}
	return text.n == SECRET_TOKEN_CHARS && strchr("AQgw", text.p[text.n - 1]) != NULL; /* 4 bits too many, all 0 */
}

bool
secret_token_hash(struct str text, uint8_t hash[SECRET_HASH_B])
{
	uint8_t token[SECRET_TOKEN_B];

	if (!secret_from_base64url(text, token, sizeof(token)))
		return false;
	secret_hash(str_n(token, sizeof(token)), hash);
	return true;
}
