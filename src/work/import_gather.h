/* import_gather.h - keeps the rows of products whose rows do not stand together in a table.
 *
 * Tables that were sorted, or put together from others, interrupt products by rows of others. The first reading of the
 * table finds the handles that come again after another one, the second copies their rows, so that the third can take
 * all rows of such a product at its first one. */
#ifndef KONTOR_WORK_IMPORT_GATHER_H
#define KONTOR_WORK_IMPORT_GATHER_H

#include "work/import_impl.h"

struct gathered {
	struct cells row;
	struct gathered *next;
};

struct gather {
	struct arena *a;
	struct import_set scattered; /* handles */
	uint64_t last;               /* hash of the handle of the row before; 0: none */
	struct gathered_product *slot;
	size_t n_slots;
};

/* First reading: `known` has the handles of the rows before. */
void gather_see(struct gather *, const struct import_set *known, struct str handle);

/* Second reading. ERR_LIMIT: the rows need too much memory. */
MUST_USE bool gather_add(struct gather *, struct str handle, const struct cells *, struct err *);

/* True when the handle's rows are scattered. *rows is the first of them all, or NULL when they were taken before. */
bool gather_take(struct gather *, struct str handle, const struct gathered **rows);

#endif
