#include "plat/cache/cache_entry.h"

#include <string.h>

/* magic, key hash, version, soft, hard and payload. Host byte order: all workers that share
 * a memcached run the same architecture, and a foreign one fails at the magic. */
#define MAGIC UINT64_C(0x4b4f4e544f523031)

static void
entry_put(struct buf *b, const void *p, size_t n)
{
	buf_put(b, str_n(p, n));
}

static bool
entry_take(struct str *s, void *p, size_t n)
{
	if (s->n < n)
		return false;
	memcpy(p, s->p, n);
	*s = str_from(*s, n);
	return true;
}

void
cache_entry_format(struct buf *b, const struct cache_entry *c)
{
	const uint64_t magic = MAGIC;

	entry_put(b, &magic, sizeof(magic));
	entry_put(b, &c->key_hash, sizeof(c->key_hash));
	entry_put(b, &c->version, sizeof(c->version));
	entry_put(b, &c->soft_at, sizeof(c->soft_at));
	entry_put(b, &c->hard_at, sizeof(c->hard_at));
	buf_put(b, c->payload);
}

bool
cache_entry_parse(struct str s, uint64_t key_hash, struct cache_entry *c)
{
	uint64_t magic;

	*c = (struct cache_entry){0};
	if (!entry_take(&s, &magic, sizeof(magic)) || magic != MAGIC
	    || !entry_take(&s, &c->key_hash, sizeof(c->key_hash))
	    || c->key_hash != key_hash || !entry_take(&s, &c->version, sizeof(c->version))
	    || !entry_take(&s, &c->soft_at, sizeof(c->soft_at)) || !entry_take(&s, &c->hard_at, sizeof(c->hard_at)))
		return false;
	c->payload = s;
	return true;
}
