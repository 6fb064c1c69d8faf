/* arena.h - memory that is freed all at once.
 *
 * Three lifetimes, three arenas: process, request, scratch. Allocations are not freed one by one. An arena has a cap in
 * bytes. arena_try() fails beyond the cap; every size that comes from outside must be allocated with it, as buf does.
 * arena_alloc() is for small sizes that the program itself bounds. It may exceed the cap by ARENA_RESERVE_B and then
 * marks the arena as `over`, which the owner of the arena reports as ERR_LIMIT. The process aborts only when the
 * reserve is exhausted or malloc fails. */
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
	bool over; /* an allocation exceeded the cap */
};

struct arena_mark {
	struct arena_block *block;
	size_t block_used_b, used_b;
};

/* Allocates nothing until the first arena_alloc() or arena_try(). */
void arena_init(struct arena *, size_t cap_b);

/* Runs the deferred releases, newest first, and frees all memory. */
void arena_fini(struct arena *);

/* Runs the deferred releases and drops all allocations. Keeps the largest block of at most 1 MiB for the next use. */
void arena_reset(struct arena *);

/* Zeroed memory, aligned for any type; never NULL. */
MUST_USE void *arena_alloc(struct arena *, size_t size_b);

/* The same, but NULL (and `over`) when the cap would be exceeded. */
MUST_USE void *arena_try(struct arena *, size_t size_b);

/* As arena_alloc() and arena_try(), but not zeroed, for what the caller writes before it reads it. */
MUST_USE void *arena_room(struct arena *, size_t size_b);
MUST_USE void *arena_try_room(struct arena *, size_t size_b);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

/* Grows `old_p` in place when it is the newest allocation and there is room. On false the caller allocates and copies.
 * The added bytes are not zeroed: the caller writes them at once. */
MUST_USE bool arena_extend(struct arena *, void *old_p, size_t old_b, size_t new_b);

/* Makes room for one more element after `n` elements of `size_b` bytes. Returns `old`, or a copy with a larger *cap. */
MUST_USE void *arena_more(struct arena *, void *old, size_t n, size_t *cap, size_t size_b);

/* Calls `fn(ptr)` at reset or fini. For resources other than memory: descriptors, library handles. */
void arena_defer(struct arena *, void (*fn)(void *), void *ptr);

/* arena_rewind() frees all that was allocated since arena_mark(). Do not call arena_defer() between the two. */
struct arena_mark arena_mark(const struct arena *);
void arena_rewind(struct arena *, struct arena_mark);

#endif
