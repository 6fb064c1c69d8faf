#include "plat/cache_l1.h"

#include <string.h>

#define INDEX_N 4096 /* power of two */

struct slot {
	uint64_t hash, epoch, put_ns;
	uint64_t at; /* offset in the endless stream of bytes written; valid while not overwritten */
	int64_t until_s;
	uint32_t key_b, value_b;
};

struct cache_l1 {
	char *ring;
	size_t size_b;
	uint64_t written; /* bytes ever written to the stream */
	struct slot index[INDEX_N];
};

struct cache_l1 *
cache_l1_new(struct arena *a, size_t size_b)
{
	struct cache_l1 *l1 = ARENA_NEW(a, struct cache_l1);

	l1->size_b = size_b;
	l1->ring = size_b == 0 ? NULL : arena_alloc(a, size_b);
	return l1;
}

static struct slot *
slot_of(struct cache_l1 *l1, uint64_t hash)
{
	return &l1->index[hash & (INDEX_N - 1)];
}

void
cache_l1_put(struct cache_l1 *l1, struct str key, struct str value, uint64_t epoch, int64_t until_s)
{
	size_t need_b = key.n + value.n, left_b;
	uint64_t hash = str_hash(key);
	struct slot *s = slot_of(l1, hash);
	char *p;

	if (l1->size_b == 0 || need_b > l1->size_b / 4)
		return;
	left_b = l1->size_b - (size_t)(l1->written % l1->size_b);
	if (left_b < need_b)
		l1->written += left_b; /* an entry never wraps */
	p = l1->ring + l1->written % l1->size_b;
	memcpy(p, key.p, key.n);
	if (value.n > 0)
		memcpy(p + key.n, value.p, value.n);
	*s = (struct slot){.hash = hash,
	    .epoch = epoch,
	    .put_ns = clock_mono_ns(),
	    .at = l1->written,
	    .until_s = until_s,
	    .key_b = (uint32_t)key.n,
	    .value_b = (uint32_t)value.n};
	l1->written += need_b;
}

static bool
copy_out(const struct cache_l1 *l1, struct arena *a, const struct slot *s, struct str key, struct str *value)
{
	const char *p;
	char *copy;

	if (l1->written > s->at + l1->size_b) /* the ring has come round over it */
		return false;
	p = l1->ring + s->at % l1->size_b;
	if (!str_eq(key, str_n(p, s->key_b)))
		return false;
	copy = arena_try(a, s->value_b + 1);
	if (copy == NULL)
		return false;
	memcpy(copy, p + s->key_b, s->value_b);
	*value = str_n(copy, s->value_b);
	return true;
}

bool
cache_l1_find(struct cache_l1 *l1, struct arena *a, struct str key, uint64_t epoch, int64_t now_s, struct str *value)
{
	uint64_t hash = str_hash(key);
	const struct slot *s = slot_of(l1, hash);

	return s->hash == hash && s->put_ns != 0 && s->epoch == epoch && s->until_s > now_s
	    && clock_mono_ns() - s->put_ns <= CACHE_L1_LIFE_NS && copy_out(l1, a, s, key, value);
}

bool
cache_l1_find_old(struct cache_l1 *l1, struct arena *a, struct str key, uint64_t epoch, struct str *value)
{
	uint64_t hash = str_hash(key);
	const struct slot *s = slot_of(l1, hash);

	return s->hash == hash && s->put_ns != 0 && s->epoch == epoch && copy_out(l1, a, s, key, value);
}
