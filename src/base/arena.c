#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if UNDER_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#define BLOCK_FIRST_B ((size_t)64 << 10)
#define BLOCK_MAX_B ((size_t)1 << 20)
#define ALIGN_B alignof(max_align_t)



struct arena_block {
	struct arena_block *older;
	size_t size_b, used_b;
	alignas(max_align_t) char data[];
};

struct arena_release {
	struct arena_release *older;
	void (*fn)(void *);
	void *ptr;
};

static size_t
aligned(size_t n)
{
	return (n + (ALIGN_B - 1)) & ~(ALIGN_B - 1);
}

static void
block_free(struct arena_block *b)
{
	UNPOISON(b->data, b->size_b);
	free(b);
}

static bool
block_add(struct arena *a, size_t need_b)
{
	size_t size_b = a->block == NULL ? BLOCK_FIRST_B : a->block->size_b * 2;
	struct arena_block *b;

	if (size_b > BLOCK_MAX_B)
		size_b = BLOCK_MAX_B;
	if (size_b < need_b)
		size_b = need_b;
	b = malloc(sizeof(*b) + size_b);
	if (b == NULL)
		return false;
	b->older = a->block;
	b->size_b = size_b;
	b->used_b = 0;
	POISON(b->data, b->size_b);
	a->block = b;
	return true;
}

static void *
arena_take(struct arena *a, size_t size_b)
{
	size_t need_b = aligned(size_b == 0 ? 1 : size_b);
	void *p;

	if (a->block == NULL || a->block->size_b - a->block->used_b < need_b) {
		if (!block_add(a, need_b))
			return NULL;
	}
	p = a->block->data + a->block->used_b;
	a->block->used_b += need_b;
	a->used_b += need_b;
	UNPOISON(p, size_b);
	return p;
}

void
arena_init(struct arena *a, size_t cap_b)
{
	*a = (struct arena){.cap_b = cap_b};
}

static void
run_releases(struct arena *a)
{
	while (a->release != NULL) {
		struct arena_release *r = a->release;

		a->release = r->older;
		r->fn(r->ptr);
	}
}

void
arena_fini(struct arena *a)
{
	run_releases(a);
	while (a->block != NULL) {
		struct arena_block *b = a->block;

		a->block = b->older;
		block_free(b);
	}
	a->used_b = 0;
}

/* Keeps the largest block so that the next use of the same size needs no malloc. Larger blocks than BLOCK_MAX_B are
 * freed; otherwise one large request would hold its memory for ever. */
static void
keep_largest(struct arena *a)
{
	struct arena_block *keep = NULL, *older;

	for (struct arena_block *b = a->block; b != NULL; b = older) {
		bool larger = b->size_b <= BLOCK_MAX_B && (keep == NULL || b->size_b > keep->size_b);
		struct arena_block *gone = larger ? keep : b;

		older = b->older;
		keep = larger ? b : keep;
		if (gone != NULL)
			block_free(gone);
	}
	if (keep != NULL)
		keep->older = NULL;
	a->block = keep;
}

void
arena_reset(struct arena *a)
{
	run_releases(a);
	keep_largest(a);
	if (a->block != NULL) {
		a->block->used_b = 0;
		POISON(a->block->data, a->block->size_b);
	}
	a->used_b = 0;
	a->over = false;
}

void *
arena_try_room(struct arena *a, size_t size_b)
{
	if (size_b > a->cap_b || a->used_b > a->cap_b - size_b) {
		a->over = true;
		return NULL;
	}
	return arena_take(a, size_b);
}

void *
arena_try(struct arena *a, size_t size_b)
{
	void *p = arena_try_room(a, size_b);

	return p == NULL ? NULL : memset(p, 0, size_b);
}

void *
arena_room(struct arena *a, size_t size_b)
{
	void *p = NULL;

	if (size_b <= SIZE_MAX / 2 && a->used_b + size_b > a->cap_b)
		a->over = true;
	if (size_b <= SIZE_MAX / 2 && a->used_b + size_b <= a->cap_b + ARENA_RESERVE_B)
		p = arena_take(a, size_b);
	if (p == NULL) {
		fprintf(stderr, "arena: no memory for %zu bytes (used %zu of %zu)\n", size_b, a->used_b, a->cap_b);
		abort();
	}
	return p;
}

void *
arena_alloc(struct arena *a, size_t size_b)
{
	return memset(arena_room(a, size_b), 0, size_b);
}

bool
arena_extend(struct arena *a, void *old_p, size_t old_b, size_t new_b)
{
	struct arena_block *b = a->block;
	size_t old_need_b = aligned(old_b == 0 ? 1 : old_b), new_need_b = aligned(new_b);

	assert(new_b >= old_b);
	if (b == NULL || old_p == NULL || (char *)old_p + old_need_b != b->data + b->used_b)
		return false;
	if (new_need_b - old_need_b > b->size_b - b->used_b || new_need_b - old_need_b > a->cap_b
	    || a->used_b > a->cap_b - (new_need_b - old_need_b))
		return false;
	b->used_b += new_need_b - old_need_b;
	a->used_b += new_need_b - old_need_b;
	UNPOISON(old_p, new_b);
	return true;
}

void *
arena_more(struct arena *a, void *old, size_t n, size_t *cap, size_t size_b)
{
	void *p;

	if (n < *cap)
		return old;
	*cap = *cap * 2 + 32;
	p = arena_alloc(a, *cap * size_b);
	if (n > 0)
		memcpy(p, old, n * size_b);
	return p;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *ptr)
{
	struct arena_release *r = ARENA_NEW(a, struct arena_release);

	r->fn = fn;
	r->ptr = ptr;
	r->older = a->release;
	a->release = r;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->block, a->block == NULL ? 0 : a->block->used_b, a->used_b};
}

void
arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->block != NULL && a->block != m.block) {
		struct arena_block *b = a->block;

		if (b->older == NULL && m.block == NULL) { /* the mark was made before the first block */
			b->used_b = 0;
			POISON(b->data, b->size_b);
			a->used_b = 0;
			return;
		}
		a->block = b->older;
		block_free(b);
	}
	if (a->block != NULL) {
		a->block->used_b = m.block_used_b;
		POISON(a->block->data + m.block_used_b, a->block->size_b - m.block_used_b);
	}
	a->used_b = m.used_b;
}
