/* Bytes as memcached may return them: none that was not made with the secret is taken as an entry, and one that was is
 * not taken any more when a bit of it is flipped. The first byte says which bit. */
#include "plat/cache/cache_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static uint8_t seal[SECRET_KEY_B];
	static bool ready;
	const struct str key = STR("k5:card:en:1");
	struct cache_entry entry = {.version = 1, .soft_at = 2, .hard_at = 3}, got;
	struct err e = {0};
	struct arena a;
	struct buf b;

	if (n == 0)
		return 0;
	if (!ready) {
		ASSERT(secret_init(&e));
		secret_random(seal, sizeof(seal));
		ready = true;
	}
	arena_init(&a, (size_t)8 << 20);
	ASSERT(!cache_entry_parse(&a, seal, key, str_n(p + 1, n - 1), &got, &e));
	entry.payload = str_n(p + 1, n - 1);
	buf_init(&b, &a, (size_t)4 << 20);
	cache_entry_format(&b, seal, key, &entry);
	if (!b.over) {
		ASSERT(cache_entry_parse(&a, seal, key, buf_str(&b), &got, &e) && str_eq(got.payload, entry.payload));
		b.p[(size_t)p[0] * b.n / 256] ^= (char)(1 << p[0] % 8);
		ASSERT(!cache_entry_parse(&a, seal, key, buf_str(&b), &got, &e));
	}
	arena_fini(&a);
	return 0;
}
