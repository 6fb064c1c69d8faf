/* arena.h - memory that is freed all at once.
 *
 * Three lifetimes, three arenas: process, request, scratch. Nobody frees a single allocation. An arena has a cap in
 * bytes. arena_try() refuses to pass it: every size that comes from outside goes through it (buf does).
 * arena_alloc() is for small sizes that the program itself bounds; it may pass the cap by ARENA_RESERVE_B, marks the
 * arena as `over`, and the owner of the arena turns that into ERR_LIMIT. Only when the reserve is used up too, or
 * the system has no memory, does the process abort: such a crash is counted like any other. */
#ifndef KONTOR_BASE_ARENA_H
#define KONTOR_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define ARENA_RESERVE_B ((size_t)1 << 20)

struct arena_block;
struct arena_release;

struct arena {
	struct arena_block *block;	/* newest first */
	struct arena_release *release;	/* newest first */
	size_t used_b, cap_b;
	bool over; /* an allocation passed the cap */
};

struct arena_mark {
	struct arena_block *block;
	size_t block_used_b, used_b;
};

/* Memory is taken from the system at the first allocation. */
void arena_init(struct arena *, size_t cap_b);

/* Runs the releases, newest first, and gives all memory back. */
void arena_fini(struct arena *);

/* Runs the releases and forgets all allocations, but keeps the largest block, of 1 MiB at most, for the next use. */
void arena_reset(struct arena *);

/* Zeroed memory, aligned for any type; never NULL. */
MUST_USE void *arena_alloc(struct arena *, size_t size_b);

/* The same, but NULL (and `over`) when the cap would be passed. */
MUST_USE void *arena_try(struct arena *, size_t size_b);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

/* Grows the newest allocation in place when it is `old_p` and there is room; false: the caller copies. What is new is
 * not zeroed: it is for those who write it at once. */
MUST_USE bool arena_extend(struct arena *, void *old_p, size_t old_b, size_t new_b);

/* `fn(ptr)` is called at reset or fini. For what is not memory: descriptors, library handles. */
void arena_defer(struct arena *, void (*fn)(void *), void *ptr);

/* A mark and the way back to it. No arena_defer() may happen between the two. */
struct arena_mark arena_mark(const struct arena *);
void arena_rewind(struct arena *, struct arena_mark);

#endif
