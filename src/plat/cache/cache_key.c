#include <stdio.h>
#include <string.h>

#include "plat/cache/cache_impl.h"
#include "plat/text/secret.h"

#define ID_MAX_B 120
#define LANG_MAX_B 16
#define DIGEST_B 16  /* of an id too long or with bytes not allowed in a key */
#define KEY_FORMAT 7 /* raise when the form of keys or values changes */

static uint64_t
mix(uint64_t hash, uint64_t more)
{
	const uint64_t both[] = {hash, more};

	return str_hash(str_n(both, sizeof(both)));
}

static struct str
key_prefix(char text[CACHE_HEAD_MAX], char kind, uint64_t hash)
{
	snprintf(text, CACHE_HEAD_MAX, "%c%d:%016llx:", kind, KEY_FORMAT, (unsigned long long)hash);
	return str_z(text);
}

void
cache_key_head(struct cache *c, uint64_t identity)
{
	uint64_t hash = identity;

	for (size_t i = 0; i < c->set.n_servers; i++)
		hash = mix(hash, str_hash(c->set.servers[i]));
	c->key_head = key_prefix(c->key_head_text, 'k', mix(c->set.salt, hash));
	c->window_head = key_prefix(c->window_head_text, 'w', mix(0, hash));
	c->identity = identity;
}

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static void
key_put(struct cache_key *key, struct str s)
{
	ASSERT(s.n < sizeof(key->text) - key->n);
	if (s.n > 0)
		memcpy(key->text + key->n, s.p, s.n);
	key->n += s.n;
}

static void
key_put_lower(struct cache_key *key, struct str s)
{
	size_t from = key->n;

	key_put(key, s);
	for (size_t i = from; i < key->n; i++)
		if (key->text[i] >= 'A' && key->text[i] <= 'Z')
			key->text[i] = (char)(key->text[i] - 'A' + 'a');
}

struct cache_key
cache_key(const struct cache *c, enum cache_class cls, struct str lang, struct str id)
{
	struct cache_key key = {.cls = cls};
	char digest[2 * DIGEST_B + 1];
	uint8_t hash[SECRET_HASH_B];

	if (id.n > ID_MAX_B || !is_plain(id)) {
		secret_hash(id, hash);
		for (size_t i = 0; i < DIGEST_B; i++)
			snprintf(digest + 2 * i, 3, "%02x", hash[i]);
		id = str_z(digest);
	}
	key_put(&key, c->key_head);
	key_put(&key, str_z(cache_class_name(cls)));
	key_put(&key, STR(":"));
	key_put_lower(&key, str_head(lang, LANG_MAX_B)); /* configured and known tags may differ in case */
	key_put(&key, STR(":"));
	key_put(&key, id);
	return key;
}
