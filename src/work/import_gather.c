#include "work/import_gather.h"

#include <string.h>

struct gathered_product {
	uint64_t hash; /* 0: empty */
	struct gathered *first, *last;
	bool taken;
};

static uint64_t
handle_hash(struct str handle)
{
	return str_hash(handle) | 1;
}

void
gather_see(struct gather *g, const struct import_set *known, struct str handle)
{
	uint64_t hash = handle_hash(handle);

	if (handle.n == 0 || hash == g->last)
		return;
	g->last = hash;
	if (import_set_has(known, handle))
		import_set_add(&g->scattered, handle);
}

static struct gathered_product *
gather_slot(struct gather *g, struct str handle)
{
	uint64_t hash = handle_hash(handle);
	size_t i;

	if (g->slot == NULL) {
		for (g->n_slots = 64; g->n_slots < 2 * g->scattered.n; g->n_slots *= 2)
			;
		g->slot = ARENA_ARRAY(g->a, struct gathered_product, g->n_slots);
	}
	i = (hash >> 8) & (g->n_slots - 1);
	while (g->slot[i].hash != 0 && g->slot[i].hash != hash)
		i = (i + 1) & (g->n_slots - 1);
	g->slot[i].hash = hash;
	return &g->slot[i];
}

static struct gathered *
gather_copy(struct arena *a, const struct cells *row)
{
	size_t n = sizeof(struct gathered) + row->n * sizeof(struct cell);
	struct gathered *copy;
	struct cell *cell;
	char *text;

	for (size_t i = 0; i < row->n; i++)
		n += row->cell[i].text.n;
	copy = arena_try(a, n);
	if (copy == NULL)
		return NULL;
	cell = (struct cell *)(copy + 1);
	text = (char *)(cell + row->n);
	copy->row = (struct cells){cell, row->n, row->line};
	for (size_t i = 0; i < row->n; i++) {
		cell[i] = row->cell[i];
		cell[i].text.p = text;
		if (row->cell[i].text.n > 0)
			memcpy(text, row->cell[i].text.p, row->cell[i].text.n);
		text += row->cell[i].text.n;
	}
	return copy;
}

bool
gather_add(struct gather *g, struct str handle, const struct cells *row, struct err *e)
{
	struct gathered_product *p;
	struct gathered *copy;

	if (handle.n == 0 || !import_set_has(&g->scattered, handle))
		return true;
	p = gather_slot(g, handle);
	copy = gather_copy(g->a, row);
	if (copy == NULL)
		return err_set(
		    e, ERR_LIMIT, "the rows of too many products do not stand together; sort the table by handle");
	if (p->first == NULL)
		p->first = copy;
	else
		p->last->next = copy;
	p->last = copy;
	return true;
}

bool
gather_take(struct gather *g, struct str handle, const struct gathered **rows)
{
	struct gathered_product *p;

	if (handle.n == 0 || g->scattered.n == 0 || !import_set_has(&g->scattered, handle))
		return false;
	p = gather_slot(g, handle);
	*rows = p->taken ? NULL : p->first;
	p->taken = true;
	return true;
}
