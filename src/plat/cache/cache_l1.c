#include "plat/cache/cache_l1.h"

#include <string.h>

#define INDEX_N 4096 /* power of two */

struct slot {
	uint64_t hash;
	uint64_t at; /* offset in the endless stream of bytes written; valid while not overwritten */
	struct cache_l1_life life; /* from_ns 0: the slot is empty */
	uint32_t key_b, value_b;
};

/* A recently requested key. A collision overwrites it, which costs at most one hit. */
struct asked {
	uint64_t hash, at_ns;
};

struct cache_l1 {
	char *ring;
	size_t size_b;
	uint64_t written; /* bytes ever written to the stream */
	struct slot index[INDEX_N];
	struct asked asked[INDEX_N];
};

struct cache_l1 *
cache_l1_new(struct arena *a, size_t size_b)
{
	struct cache_l1 *l1 = ARENA_NEW(a, struct cache_l1);

	l1->size_b = size_b;
	l1->ring = size_b == 0 ? NULL : arena_alloc(a, size_b);
	return l1;
}

void
cache_l1_empty(struct cache_l1 *l1)
{
	memset(l1->index, 0, sizeof(l1->index));
}

static struct slot *
l1_slot_of(struct cache_l1 *l1, uint64_t hash)
{
	return &l1->index[hash & (INDEX_N - 1)];
}

static char *
l1_put(char *p, struct str s)
{
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

void
cache_l1_put_both(
    struct cache_l1 *l1, struct str key, struct str head, struct str rest, const struct cache_l1_life *life)
{
	size_t need_b = key.n + head.n + rest.n, left_b;
	uint64_t hash = str_hash(key);
	struct slot *s = l1_slot_of(l1, hash);
	char *p;

	if (l1->size_b == 0 || need_b > l1->size_b / 4)
		return;
	left_b = l1->size_b - (size_t)(l1->written % l1->size_b);
	if (left_b < need_b)
		l1->written += left_b; /* an entry never wraps */
	p = l1_put(l1->ring + l1->written % l1->size_b, key);
	(void)l1_put(l1_put(p, head), rest);
	*s = (struct slot){.hash = hash,
	    .at = l1->written,
	    .life = *life,
	    .key_b = (uint32_t)key.n,
	    .value_b = (uint32_t)(head.n + rest.n)};
	l1->written += need_b;
}

void
cache_l1_put(struct cache_l1 *l1, struct str key, struct str value, const struct cache_l1_life *life)
{
	cache_l1_put_both(l1, key, value, STR_NONE, life);
}

/* The slot of the key if its value is still in the ring; else NULL. */
static const struct slot *
l1_look(struct cache_l1 *l1, struct str key, uint64_t epoch, struct str *value)
{
	uint64_t hash = str_hash(key);
	const struct slot *s = l1_slot_of(l1, hash);
	const char *p;

	if (s->hash != hash || s->life.from_ns == 0 || s->life.epoch != epoch)
		return NULL;
	if (l1->written > s->at + l1->size_b) /* overwritten by the ring */
		return NULL;
	p = l1->ring + s->at % l1->size_b;
	*value = str_n(p + s->key_b, s->value_b);
	return str_eq(key, str_n(p, s->key_b)) ? s : NULL;
}

bool
cache_l1_find(struct cache_l1 *l1, struct str key, const struct cache_l1_now *now, struct str *value,
    struct cache_l1_life *life)
{
	const struct slot *s = l1_look(l1, key, now->epoch, value);

	if (s == NULL || s->life.until_s <= now->utc_s || now->mono_ns - s->life.from_ns > CACHE_L1_LIFE_NS)
		return false;
	if (life != NULL)
		*life = s->life;
	return true;
}

bool
cache_l1_find_old(struct cache_l1 *l1, struct str key, uint64_t epoch, struct str *value)
{
	return l1_look(l1, key, epoch, value) != NULL;
}

bool
cache_l1_again(struct cache_l1 *l1, struct str key, uint64_t mono_ns)
{
	uint64_t hash = str_hash(key);
	struct asked *x = &l1->asked[hash & (INDEX_N - 1)];
	bool again = x->hash == hash && x->at_ns != 0 && mono_ns - x->at_ns <= CACHE_L1_LIFE_NS;

	*x = (struct asked){hash, mono_ns};
	return again;
}
