/* Bytes as memcached may return them: an accepted entry must be encoded to the same bytes. The first 8 bytes are the
 * hash of the requested key. */
#include <string.h>

#include "plat/cache/cache_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cache_entry entry, again;
	uint64_t hash;
	struct arena a;
	struct buf b;

	if (n < sizeof(hash))
		return 0;
	memcpy(&hash, p, sizeof(hash));
	arena_init(&a, (size_t)1 << 20);
	if (cache_entry_parse(str_n(p + sizeof(hash), n - sizeof(hash)), hash, &entry)) {
		buf_init(&b, &a, (size_t)1 << 20);
		cache_entry_format(&b, &entry);
		ASSERT(cache_entry_parse(buf_str(&b), hash, &again) && again.version == entry.version
		    && again.hard_at == entry.hard_at && str_eq(again.payload, entry.payload));
		ASSERT(!cache_entry_parse(buf_str(&b), hash + 1, &again));
	}
	arena_fini(&a);
	return 0;
}
